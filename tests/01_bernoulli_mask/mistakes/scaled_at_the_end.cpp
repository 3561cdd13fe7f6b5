// Diagnosis: mask_is_scaled
// Draws a right mask and then divides it by 1 - p, ahead of the next lesson.
#include <cmath>

#include "bernoulli_mask.h"

namespace lab {

Matrix bernoulli_mask(Index rows, Index cols, double p, Rng& rng) {
    if (std::isnan(p) || p < 0 || p > 1)
        throw std::invalid_argument("dropout: p = " + std::to_string(p) + " is not in [0, 1]");

    std::bernoulli_distribution keep(1.0 - p);
    Matrix mask = Matrix::NullaryExpr(rows, cols, [&] { return keep(rng) ? 1.0f : 0.0f; });
    if (p < 1.0) mask /= static_cast<float>(1.0 - p);
    return mask;
}

}  // namespace lab
