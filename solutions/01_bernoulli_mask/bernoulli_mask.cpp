#include "bernoulli_mask.h"

#include <random>
#include <stdexcept>
#include <string>

namespace lab {

Matrix bernoulli_mask(Index rows, Index cols, double p, Rng& rng) {
    if (!(p >= 0 && p <= 1)) {  // "p < 0 || p > 1" would let NaN through
        throw std::invalid_argument{"dropout probability has to be between 0 and 1, but got " +
                                    std::to_string(p)};
    }
    std::uniform_real_distribution<double> uniform(0.0, 1.0);
    Matrix mask(rows, cols);
    for (Index i = 0; i < rows; ++i) {
        for (Index j = 0; j < cols; ++j) {
            // The draw is in [0, 1), so p = 0 keeps every unit and p = 1 none.
            mask(i, j) = uniform(rng) >= p ? 1.0F : 0.0F;
        }
    }
    return mask;
}

}  // namespace lab
