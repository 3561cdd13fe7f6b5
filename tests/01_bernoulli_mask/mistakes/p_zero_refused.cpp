// Diagnosis: range_too_narrow
// Refuses p = 0 too: "without a chance to drop this is no dropout".
#include "bernoulli_mask.h"

namespace lab {

namespace {

void require_probability(double p) {
    if (p > 0.0 && p <= 1.0) return;
    throw std::invalid_argument("p must be greater than 0 and at most 1: " + std::to_string(p));
}

}  // namespace

Matrix bernoulli_mask(Index rows, Index cols, double p, Rng& rng) {
    require_probability(p);
    std::bernoulli_distribution drop(p);
    Matrix mask(rows, cols);
    for (Index i = 0; i < rows; ++i)
        for (Index j = 0; j < cols; ++j) mask(i, j) = !drop(rng);
    return mask;
}

}  // namespace lab
