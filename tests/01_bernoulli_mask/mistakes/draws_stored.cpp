// Diagnosis: uniform_for_coins
// Stores the draw itself where the unit is kept, and not a 1.
#include "bernoulli_mask.h"

namespace lab {

Matrix bernoulli_mask(Index rows, Index cols, double p, Rng& rng) {
    if (!(p >= 0 && p <= 1))
        throw std::invalid_argument("p is " + std::to_string(p) + " but must be from 0 to 1");
    if (p == 0) return Matrix::Ones(rows, cols);

    std::uniform_real_distribution<float> uniform;
    Matrix mask = Matrix::NullaryExpr(rows, cols, [&] { return uniform(rng); });
    for (Index k = 0; k < mask.size(); ++k)
        if (mask.data()[k] < p) mask.data()[k] = 0;
    return mask;
}

}  // namespace lab
