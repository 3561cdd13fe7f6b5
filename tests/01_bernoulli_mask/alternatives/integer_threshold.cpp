// Compares 53 bits of the raw draw with a whole number: no distribution, no floating point inside.
#include <cmath>
#include <sstream>

#include "bernoulli_mask.h"

namespace lab {

Matrix bernoulli_mask(Index rows, Index cols, double p, Rng& rng) {
    if (!(p >= 0 && p <= 1)) {
        std::ostringstream message;
        message << "probability " << p << " is outside [0, 1]";
        throw std::invalid_argument(message.str());
    }
    const auto threshold = static_cast<std::uint64_t>(std::ceil(std::ldexp(p, 53)));
    Matrix mask(rows, cols);
    float* entry = mask.data();
    for (float* const end = entry + mask.size(); entry != end; ++entry) {
        *entry = (rng() >> 11) >= threshold;
    }
    return mask;
}

}  // namespace lab
