// Diagnosis: no_range_check
// Reports the error on the terminal and returns an empty matrix, as one does in C.
#include <iostream>

#include "bernoulli_mask.h"

namespace lab {

Matrix bernoulli_mask(Index rows, Index cols, double p, Rng& rng) {
    if (!(p >= 0.0 && p <= 1.0)) {
        std::cerr << "bernoulli_mask: p must be in [0, 1], got " << p << "\n";
        return Matrix();
    }
    std::bernoulli_distribution keep(1.0 - p);
    Matrix mask(rows, cols);
    for (Index i = 0; i < rows; ++i)
        for (Index j = 0; j < cols; ++j) mask(i, j) = static_cast<float>(keep(rng));
    return mask;
}

}  // namespace lab
