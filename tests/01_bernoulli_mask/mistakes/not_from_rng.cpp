// Diagnosis: not_from_rng
// Draws from std::rand(), the generator of the C tutorial. It knows nothing of rng.
#include <cstdlib>

#include "bernoulli_mask.h"

namespace lab {

Matrix bernoulli_mask(Index rows, Index cols, double p, Rng& rng) {
    if (!(p >= 0.0 && p <= 1.0)) {
        throw std::invalid_argument("p has to be between 0 and 1, but got " + std::to_string(p));
    }
    Matrix mask(rows, cols);
    for (int i = 0; i < rows; i++) {
        for (int j = 0; j < cols; j++) {
            double u = std::rand() / (RAND_MAX + 1.0);
            mask(i, j) = u < p ? 0 : 1;
        }
    }
    return mask;
}

}  // namespace lab
