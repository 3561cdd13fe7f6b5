// Diagnosis: two_coins
// Draws again in the second condition, as if the two asked about the same number.
#include "bernoulli_mask.h"

namespace lab {

Matrix bernoulli_mask(Index rows, Index cols, double p, Rng& rng) {
    if (!(p >= 0.0 && p <= 1.0)) {
        throw std::invalid_argument("p has to be between 0 and 1, but got " + std::to_string(p));
    }
    std::uniform_real_distribution<double> uniform(0.0, 1.0);
    Matrix mask = Matrix::Zero(rows, cols);
    for (Index i = 0; i < rows; ++i) {
        for (Index j = 0; j < cols; ++j) {
            if (uniform(rng) < p) {
                mask(i, j) = 0.0f;
            } else if (uniform(rng) >= p) {
                mask(i, j) = 1.0f;
            }
        }
    }
    return mask;
}

}  // namespace lab
