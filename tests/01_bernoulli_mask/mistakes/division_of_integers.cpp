// Diagnosis: everything_dropped
// Divides two integers to get a number between 0 and 1. The quotient is 0 for all but one draw.
#include "bernoulli_mask.h"

namespace lab {

Matrix bernoulli_mask(Index rows, Index cols, double p, Rng& rng) {
    if (!(p >= 0 && p <= 1))
        throw std::invalid_argument("p is " + std::to_string(p) + " but must be from 0 to 1");

    Matrix mask(rows, cols);
    for (Index i = 0; i < rows; i++) {
        for (Index j = 0; j < cols; j++) {
            const double u = rng() / rng.max();
            mask(i, j) = u < p ? 0 : 1;
        }
    }
    return mask;
}

}  // namespace lab
