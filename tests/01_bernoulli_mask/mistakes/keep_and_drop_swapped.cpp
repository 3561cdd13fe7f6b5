// Diagnosis: keep_and_drop_swapped
// Writes 1 with probability p. "With probability p the unit is dropped" is read, and then the coin
// that comes up with probability p is stored as it is.
#include "bernoulli_mask.h"

namespace lab {

Matrix bernoulli_mask(Index rows, Index cols, double p, Rng& rng) {
    if (!(p >= 0.0 && p <= 1.0)) {
        throw std::invalid_argument("p has to be between 0 and 1, but got " + std::to_string(p));
    }
    std::uniform_real_distribution<double> uniform(0.0, 1.0);
    Matrix mask(rows, cols);
    for (Index i = 0; i < rows; ++i) {
        for (Index j = 0; j < cols; ++j) { mask(i, j) = uniform(rng) < p ? 1.0f : 0.0f; }
    }
    return mask;
}

}  // namespace lab
