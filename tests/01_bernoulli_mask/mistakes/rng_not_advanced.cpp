// Diagnosis: rng_not_advanced
// Works on a copy of rng, so as not to disturb the caller's. The next call draws the same mask.
#include "bernoulli_mask.h"

namespace lab {

Matrix bernoulli_mask(Index rows, Index cols, double p, Rng& rng) {
    if (!(p >= 0.0 && p <= 1.0)) {
        throw std::invalid_argument("p has to be between 0 and 1, but got " + std::to_string(p));
    }
    auto generator = rng;
    std::uniform_real_distribution<double> uniform(0.0, 1.0);
    Matrix mask(rows, cols);
    for (Index i = 0; i < rows; ++i) {
        for (Index j = 0; j < cols; ++j) { mask(i, j) = uniform(generator) < p ? 0.0f : 1.0f; }
    }
    return mask;
}

}  // namespace lab
