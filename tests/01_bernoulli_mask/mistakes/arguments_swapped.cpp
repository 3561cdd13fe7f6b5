// Diagnosis: shape_transposed
// Swaps the arguments when it hands them on to a helper that takes columns first.
#include "bernoulli_mask.h"

namespace lab {

namespace {

Matrix draw(Index width, Index height, std::bernoulli_distribution keep, Rng& rng) {
    return Matrix::NullaryExpr(height, width, [&] { return static_cast<float>(keep(rng)); });
}

}  // namespace

Matrix bernoulli_mask(Index rows, Index cols, double p, Rng& rng) {
    if (!(p >= 0 && p <= 1))
        throw std::invalid_argument("p is " + std::to_string(p) + " but must be from 0 to 1");
    return draw(rows, cols, std::bernoulli_distribution(1 - p), rng);
}

}  // namespace lab
