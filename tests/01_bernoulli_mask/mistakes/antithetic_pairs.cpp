// Diagnosis: entries_not_independent
// Uses u and then 1 - u, as in a Monte Carlo course. Each entry has the right rate, but two
// neighbours now lean to opposite sides.
#include <cmath>

#include "bernoulli_mask.h"

namespace lab {

Matrix bernoulli_mask(Index rows, Index cols, double p, Rng& rng) {
    if (std::isnan(p) || p < 0 || p > 1)
        throw std::invalid_argument("dropout: p = " + std::to_string(p) + " is not in [0, 1]");
    if (p == 1) return Matrix::Zero(rows, cols);

    std::uniform_real_distribution<double> uniform;
    Matrix mask(rows, cols);
    double u = 0;
    for (Index k = 0; k < mask.size(); ++k) {
        u = k % 2 == 0 ? uniform(rng) : 1 - u;
        mask.data()[k] = u < p ? 0 : 1;
    }
    return mask;
}

}  // namespace lab
