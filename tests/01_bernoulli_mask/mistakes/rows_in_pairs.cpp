// Diagnosis: entries_not_independent
// Draws every second row and copies it into the next one.
#include "bernoulli_mask.h"

namespace lab {

Matrix bernoulli_mask(Index rows, Index cols, double p, Rng& rng) {
    if (!(p >= 0.0 && p <= 1.0)) {
        throw std::invalid_argument("drop probability must be in [0, 1], not " + std::to_string(p));
    }
    std::bernoulli_distribution drop(p);
    Matrix mask(rows, cols);
    for (Index i = 0; i < rows; ++i) {
        if (i % 2 == 1) {
            mask.row(i) = mask.row(i - 1);
            continue;
        }
        for (Index j = 0; j < cols; ++j) mask(i, j) = drop(rng) ? 0.0f : 1.0f;
    }
    return mask;
}

}  // namespace lab
