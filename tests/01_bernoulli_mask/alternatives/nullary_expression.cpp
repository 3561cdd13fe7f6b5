// One expression: Eigen calls the lambda for each entry, in whichever order it likes.
#include "bernoulli_mask.h"

namespace lab {

Matrix bernoulli_mask(Index rows, Index cols, double p, Rng& rng) {
    if (!(p >= 0.0 && p <= 1.0))
        throw std::invalid_argument("p must lie in [0, 1]; received " + std::to_string(p));
    std::bernoulli_distribution keep(1.0 - p);
    return Matrix::NullaryExpr(rows, cols, [&] { return keep(rng) ? 1.0f : 0.0f; });
}

}  // namespace lab
