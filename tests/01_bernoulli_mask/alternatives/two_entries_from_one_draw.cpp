// Gets two entries from each draw, one from its upper and one from its lower 32 bits. They share
// the draw but no bit, so they are independent.
#include <cmath>

#include "bernoulli_mask.h"

namespace lab {

Matrix bernoulli_mask(Index rows, Index cols, double p, Rng& rng) {
    if (std::isnan(p) || p < 0 || p > 1)
        throw std::invalid_argument("dropout: p = " + std::to_string(p) + " is not in [0, 1]");

    const double threshold = std::ldexp(p, 32);
    Matrix mask(rows, cols);
    std::uint64_t bits = 0;
    for (Index k = 0; k < mask.size(); ++k) {
        bits = k % 2 == 0 ? rng() : bits >> 32;
        mask.data()[k] = static_cast<double>(bits & 0xffffffffu) >= threshold;
    }
    return mask;
}

}  // namespace lab
