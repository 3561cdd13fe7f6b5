// Diagnosis: reseeded
// Seeds the caller's generator at each call, "so that results can be reproduced".
#include <cmath>

#include "bernoulli_mask.h"

namespace lab {

Matrix bernoulli_mask(Index rows, Index cols, double p, Rng& rng) {
    if (std::isnan(p) || p < 0 || p > 1)
        throw std::invalid_argument("dropout: p = " + std::to_string(p) + " is not in [0, 1]");

    rng.seed(0);
    std::bernoulli_distribution drop(p);
    return Matrix::NullaryExpr(rows, cols, [&] { return drop(rng) ? 0.0f : 1.0f; });
}

}  // namespace lab
