// Diagnosis: p_ignored
// Uses std::bernoulli_distribution with its default, a fair coin, and never gives it p.
#include "bernoulli_mask.h"

namespace lab {

Matrix bernoulli_mask(Index rows, Index cols, double p, Rng& rng) {
    if (!(p >= 0.0 && p <= 1.0)) {
        throw std::invalid_argument("drop probability must be in [0, 1], not " + std::to_string(p));
    }
    std::bernoulli_distribution coin;
    return Matrix::NullaryExpr(rows, cols, [&] { return coin(rng) ? 1.0f : 0.0f; });
}

}  // namespace lab
