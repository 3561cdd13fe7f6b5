// Diagnosis: first_p_kept
// Computes the integer threshold once, in a static constant, because std::ldexp looks expensive.
#include <cmath>

#include "bernoulli_mask.h"

namespace lab {

Matrix bernoulli_mask(Index rows, Index cols, double p, Rng& rng) {
    if (std::isnan(p) || p < 0 || p > 1)
        throw std::invalid_argument("dropout: p = " + std::to_string(p) + " is not in [0, 1]");

    static const auto threshold = static_cast<std::uint64_t>(std::ceil(std::ldexp(p, 53)));
    return Matrix::NullaryExpr(rows, cols, [&] { return (rng() >> 11) < threshold ? 0.0f : 1.0f; });
}

}  // namespace lab
