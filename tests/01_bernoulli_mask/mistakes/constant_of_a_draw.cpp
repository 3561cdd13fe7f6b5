// Diagnosis: one_draw_for_all
// Fills the matrix with Constant(draw). The argument is computed once, not once for each entry.
#include <cmath>

#include "bernoulli_mask.h"

namespace lab {

Matrix bernoulli_mask(Index rows, Index cols, double p, Rng& rng) {
    if (std::isnan(p) || p < 0 || p > 1)
        throw std::invalid_argument("dropout: p = " + std::to_string(p) + " is not in [0, 1]");

    std::bernoulli_distribution keep(1.0 - p);
    return Matrix::Constant(rows, cols, static_cast<float>(keep(rng)));
}

}  // namespace lab
