// Tosses the standard library's coin for dropping and stores its opposite.
#include "bernoulli_mask.h"

namespace lab {

Matrix bernoulli_mask(Index rows, Index cols, double p, Rng& rng) {
    if (!(p >= 0.0 && p <= 1.0)) {
        throw std::invalid_argument("drop probability must be in [0, 1], not " + std::to_string(p));
    }
    std::bernoulli_distribution drop(p);
    Matrix mask(rows, cols);
    for (auto row : mask.rowwise()) {
        for (auto& entry : row) entry = !drop(rng);
    }
    return mask;
}

}  // namespace lab
