// Diagnosis: no_range_check
// Mends p instead of refusing it, which hides the caller's mistake.
#include <algorithm>

#include "bernoulli_mask.h"

namespace lab {

Matrix bernoulli_mask(Index rows, Index cols, double p, Rng& rng) {
    p = std::min(std::max(p, 0.0), 1.0);
    const auto draw = [&rng, p] {
        return std::uniform_real_distribution<double>{}(rng) >= p ? 1.0f : 0.0f;
    };
    return Matrix::NullaryExpr(rows, cols, draw);
}

}  // namespace lab
