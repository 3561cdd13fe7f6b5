// Diagnosis: message_without_value
// Writes {p} into the text as in Python, where the letter f in front would fill it in.
#include <cmath>

#include "bernoulli_mask.h"

namespace lab {

Matrix bernoulli_mask(Index rows, Index cols, double p, Rng& rng) {
    if (std::isnan(p) || p < 0 || p > 1)
        throw std::invalid_argument("dropout probability must be between 0 and 1, got {p}");

    std::bernoulli_distribution drop(p);
    return Matrix::NullaryExpr(rows, cols, [&] { return drop(rng) ? 0.0f : 1.0f; });
}

}  // namespace lab
