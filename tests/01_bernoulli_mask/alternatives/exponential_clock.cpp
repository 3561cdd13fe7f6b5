// Draws a unit's lifetime from the exponential distribution: it survives the time -log(1 - p) with
// probability 1 - p. For p = 1 that time is infinite.
#include <cmath>

#include "bernoulli_mask.h"

namespace lab {

Matrix bernoulli_mask(Index rows, Index cols, double p, Rng& rng) {
    if (std::isnan(p) || p < 0 || p > 1)
        throw std::invalid_argument("dropout: p = " + std::to_string(p) + " is not in [0, 1]");

    const double time = -std::log1p(-p);
    std::exponential_distribution<double> lifetime(1.0);
    Matrix mask(rows, cols);
    for (Index k = 0; k < mask.size(); ++k) mask.data()[k] = lifetime(rng) >= time ? 1 : 0;
    return mask;
}

}  // namespace lab
