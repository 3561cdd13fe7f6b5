// Diagnosis: p_zero_drops
// Keeps when the draw is above p, not when it is at least p. Draws lie in [0, 1), so a draw of
// exactly 0 drops a unit although p is 0.
#include "bernoulli_mask.h"

namespace lab {

Matrix bernoulli_mask(Index rows, Index cols, double p, Rng& rng) {
    if (!(p >= 0.0 && p <= 1.0)) {
        throw std::invalid_argument("p has to be between 0 and 1, but got " + std::to_string(p));
    }
    std::uniform_real_distribution<double> uniform(0.0, 1.0);
    Matrix mask = Matrix::Zero(rows, cols);
    for (Index i = 0; i < rows; ++i)
        for (Index j = 0; j < cols; ++j)
            if (uniform(rng) > p) mask(i, j) = 1;
    return mask;
}

}  // namespace lab
