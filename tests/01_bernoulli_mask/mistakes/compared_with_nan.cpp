// Diagnosis: nan_slips_through
// Thinks of NaN, but asks with ==, which is false even for NaN itself.
#include <limits>

#include "bernoulli_mask.h"

namespace lab {

Matrix bernoulli_mask(Index rows, Index cols, double p, Rng& rng) {
    const bool legal = !(p < 0 || p > 1) && !(p == std::numeric_limits<double>::quiet_NaN());
    if (!legal) throw std::invalid_argument("p = " + std::to_string(p) + ", legal is [0, 1]");

    std::uniform_real_distribution<double> uniform;
    Matrix mask(rows, cols);
    for (Index k = 0; k < mask.size(); ++k) mask.data()[k] = uniform(rng) >= p;
    return mask;
}

}  // namespace lab
