// Builds the mask with one column for each sample, as the equations have it, and returns the
// transpose.
#include <cmath>

#include "bernoulli_mask.h"

namespace lab {

Matrix bernoulli_mask(Index rows, Index cols, double p, Rng& rng) {
    if (std::isnan(p) || p < 0 || p > 1)
        throw std::invalid_argument("dropout: p = " + std::to_string(p) + " is not in [0, 1]");

    Matrix mask(cols, rows);
    std::uniform_real_distribution<double> uniform;
    for (Index i = 0; i < mask.rows(); ++i)
        for (Index j = 0; j < mask.cols(); ++j) mask(i, j) = uniform(rng) < p ? 0 : 1;
    return mask.transpose();
}

}  // namespace lab
