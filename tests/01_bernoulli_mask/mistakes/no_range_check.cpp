// Diagnosis: no_range_check
// Trusts the caller with p.
#include "bernoulli_mask.h"

namespace lab {

Matrix bernoulli_mask(Index rows, Index cols, double p, Rng& rng) {
    std::uniform_real_distribution<double> uniform(0.0, 1.0);
    Matrix mask(rows, cols);
    for (Index i = 0; i < rows; ++i) {
        for (Index j = 0; j < cols; ++j) { mask(i, j) = uniform(rng) < p ? 0.0f : 1.0f; }
    }
    return mask;
}

}  // namespace lab
