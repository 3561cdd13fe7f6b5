// Diagnosis: columns_repeated
// Draws in the outer loop only: one coin for each sample, so a sample keeps all units or none.
#include "bernoulli_mask.h"

namespace lab {

Matrix bernoulli_mask(Index rows, Index cols, double p, Rng& rng) {
    if (!(p >= 0.0 && p <= 1.0)) {
        throw std::invalid_argument("p has to be between 0 and 1, but got " + std::to_string(p));
    }
    std::uniform_real_distribution<double> uniform(0.0, 1.0);
    Matrix mask(rows, cols);
    for (Index i = 0; i < rows; ++i) {
        const bool keep = uniform(rng) >= p;
        for (Index j = 0; j < cols; ++j) { mask(i, j) = keep ? 1.0f : 0.0f; }
    }
    return mask;
}

}  // namespace lab
