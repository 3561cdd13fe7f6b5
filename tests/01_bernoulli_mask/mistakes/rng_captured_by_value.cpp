// Diagnosis: rng_not_advanced
// Captures by value in the lambda that draws: std::generate gets a generator of its own.
#include <algorithm>
#include <cmath>

#include "bernoulli_mask.h"

namespace lab {

Matrix bernoulli_mask(Index rows, Index cols, double p, Rng& rng) {
    if (std::isnan(p) || p < 0 || p > 1)
        throw std::invalid_argument("dropout: p = " + std::to_string(p) + " is not in [0, 1]");

    std::bernoulli_distribution keep(1.0 - p);
    Matrix mask(rows, cols);
    std::generate(mask.data(), mask.data() + mask.size(),
                  [=]() mutable { return keep(rng) ? 1.0f : 0.0f; });
    return mask;
}

}  // namespace lab
