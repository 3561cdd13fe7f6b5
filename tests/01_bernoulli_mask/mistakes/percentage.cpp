// Diagnosis: percentage
// Draws from 0 to 100 and compares with p, so p = 0.2 drops one unit in five hundred.
#include "bernoulli_mask.h"

namespace lab {

Matrix bernoulli_mask(Index rows, Index cols, double p, Rng& rng) {
    if (!(p >= 0.0 && p <= 1.0)) {
        throw std::invalid_argument("p has to be between 0 and 1, but got " + std::to_string(p));
    }
    std::uniform_real_distribution<double> percent(0.0, 100.0);
    Matrix mask(rows, cols);
    for (Index i = 0; i < rows; ++i) {
        for (Index j = 0; j < cols; ++j) { mask(i, j) = percent(rng) < p ? 0.0f : 1.0f; }
    }
    return mask;
}

}  // namespace lab
