// Diagnosis: nan_slips_through
// Refuses what is below 0 or above 1. NaN is neither: every comparison with it is false.
#include "bernoulli_mask.h"

namespace lab {

Matrix bernoulli_mask(Index rows, Index cols, double p, Rng& rng) {
    if (p < 0.0 || p > 1.0) {
        throw std::invalid_argument("p has to be between 0 and 1, but got " + std::to_string(p));
    }
    std::uniform_real_distribution<double> uniform(0.0, 1.0);
    Matrix mask(rows, cols);
    for (Index i = 0; i < rows; ++i) {
        for (Index j = 0; j < cols; ++j) { mask(i, j) = uniform(rng) < p ? 0.0f : 1.0f; }
    }
    return mask;
}

}  // namespace lab
