// Diagnosis: keep_and_drop_swapped
// Hands p to std::bernoulli_distribution, as in the paper, where p is the probability of keeping.
#include <cmath>

#include "bernoulli_mask.h"

namespace lab {

Matrix bernoulli_mask(Index rows, Index cols, double p, Rng& rng) {
    if (std::isnan(p) || p < 0 || p > 1)
        throw std::invalid_argument("dropout: p = " + std::to_string(p) + " is not in [0, 1]");

    std::bernoulli_distribution coin(p);
    return Matrix::NullaryExpr(rows, cols, [&] { return coin(rng) ? 1.0f : 0.0f; });
}

}  // namespace lab
