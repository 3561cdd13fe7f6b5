// Diagnosis: first_p_kept
// Makes the distribution static to build it once. It is built with the p of the first call.
#include "bernoulli_mask.h"

namespace lab {

Matrix bernoulli_mask(Index rows, Index cols, double p, Rng& rng) {
    if (!(p >= 0.0 && p <= 1.0)) {
        throw std::invalid_argument("p has to be between 0 and 1, but got " + std::to_string(p));
    }
    static std::bernoulli_distribution keep(1.0 - p);
    Matrix mask(rows, cols);
    for (Index i = 0; i < rows; ++i) {
        for (Index j = 0; j < cols; ++j) { mask(i, j) = keep(rng) ? 1.0f : 0.0f; }
    }
    return mask;
}

}  // namespace lab
