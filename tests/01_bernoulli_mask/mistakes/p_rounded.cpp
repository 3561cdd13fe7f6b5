// Diagnosis: p_rounded
// Takes the last digit of the draw. It has ten values, so p = 0.37 drops four units in ten.
#include "bernoulli_mask.h"

namespace lab {

Matrix bernoulli_mask(Index rows, Index cols, double p, Rng& rng) {
    if (!(p >= 0.0 && p <= 1.0)) {
        throw std::invalid_argument("p has to be between 0 and 1, but got " + std::to_string(p));
    }
    Matrix mask(rows, cols);
    for (Index i = 0; i < rows; ++i) {
        for (Index j = 0; j < cols; ++j) {
            const auto digit = rng() % 10;
            mask(i, j) = static_cast<double>(digit) < 10 * p ? 0.0f : 1.0f;
        }
    }
    return mask;
}

}  // namespace lab
