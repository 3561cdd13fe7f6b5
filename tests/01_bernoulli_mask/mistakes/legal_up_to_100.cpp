// Diagnosis: percentage
// Takes p for a percentage throughout: legal up to 100, divided by 100 before the draw.
#include "bernoulli_mask.h"

namespace lab {

Matrix bernoulli_mask(Index rows, Index cols, double p, Rng& rng) {
    if (!(p >= 0 && p <= 100))
        throw std::invalid_argument("dropout must be from 0 to 100 %, got " + std::to_string(p));

    std::bernoulli_distribution drop(p / 100);
    Matrix mask(rows, cols);
    for (Index i = 0; i < rows; ++i)
        for (Index j = 0; j < cols; ++j) mask(i, j) = drop(rng) ? 0 : 1;
    return mask;
}

}  // namespace lab
