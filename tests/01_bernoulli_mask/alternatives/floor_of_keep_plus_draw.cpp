// floor(1 - p + u), as early TensorFlow wrote it. p = 0 returns at once, without a draw: there the
// sum could be rounded up to 2.
#include <algorithm>
#include <cmath>

#include "bernoulli_mask.h"

namespace lab {

Matrix bernoulli_mask(Index rows, Index cols, double p, Rng& rng) {
    if (!(p >= 0.0 && p <= 1.0)) {
        throw std::invalid_argument("drop probability must be in [0, 1], not " + std::to_string(p));
    }
    if (p == 0.0) return Matrix::Ones(rows, cols);
    std::uniform_real_distribution<double> uniform(0.0, 1.0);
    Matrix mask(rows, cols);
    for (Index i = 0; i < rows; ++i) {
        for (Index j = 0; j < cols; ++j) {
            const double sum = (1.0 - p) + uniform(rng);
            mask(i, j) = std::min(1.0f, static_cast<float>(std::floor(sum)));
        }
    }
    return mask;
}

}  // namespace lab
