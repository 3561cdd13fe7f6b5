// Fills the storage with std::generate, with no row or column in sight.
#include <algorithm>

#include "bernoulli_mask.h"

namespace lab {

Matrix bernoulli_mask(Index rows, Index cols, double p, Rng& rng) {
    if (!(p >= 0.0 && p <= 1.0)) {
        throw std::invalid_argument("p has to be between 0 and 1, but got " + std::to_string(p));
    }
    Matrix mask(rows, cols);
    std::generate(mask.data(), mask.data() + mask.size(), [&, keep = 1.0 - p] {
        return static_cast<float>(std::generate_canonical<double, 53>(rng) < keep);
    });
    return mask;
}

}  // namespace lab
