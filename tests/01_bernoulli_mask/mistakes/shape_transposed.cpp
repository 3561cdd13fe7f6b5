// Diagnosis: shape_transposed
// Makes the matrix (cols, rows): x and y of a picture are taken for row and column.
#include "bernoulli_mask.h"

namespace lab {

Matrix bernoulli_mask(Index rows, Index cols, double p, Rng& rng) {
    if (!(p >= 0.0 && p <= 1.0)) {
        throw std::invalid_argument("p has to be between 0 and 1, but got " + std::to_string(p));
    }
    std::uniform_real_distribution<double> uniform(0.0, 1.0);
    Matrix mask(cols, rows);
    for (Index y = 0; y < rows; ++y) {
        for (Index x = 0; x < cols; ++x) { mask(x, y) = uniform(rng) < p ? 0.0f : 1.0f; }
    }
    return mask;
}

}  // namespace lab
