// Diagnosis: p_zero_drops
// Compares the generator's raw numbers with a share p of the largest one. Equality is thought not
// to matter, but at p = 0 the threshold is a number that the generator can draw.
#include <sstream>

#include "bernoulli_mask.h"

namespace lab {

Matrix bernoulli_mask(Index rows, Index cols, double p, Rng& rng) {
    if (!(p >= 0 && p <= 1)) {
        std::ostringstream message;
        message << "probability " << p << " is outside [0, 1]";
        throw std::invalid_argument(message.str());
    }
    const double threshold = p * static_cast<double>(Rng::max());
    Matrix mask(rows, cols);
    float* entry = mask.data();
    for (Index k = 0; k < rows * cols; ++k) { *entry++ = static_cast<double>(rng()) > threshold; }
    return mask;
}

}  // namespace lab
