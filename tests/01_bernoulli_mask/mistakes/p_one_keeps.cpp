// Diagnosis: p_one_keeps
// Keeps when the draw is at most 1 - p. Draws lie in [0, 1), so a draw of exactly 0 keeps a unit
// although p is 1.
#include "bernoulli_mask.h"

namespace lab {

Matrix bernoulli_mask(Index rows, Index cols, double p, Rng& rng) {
    if (!(p >= 0.0 && p <= 1.0)) {
        throw std::invalid_argument("p has to be between 0 and 1, but got " + std::to_string(p));
    }
    const double keep = 1.0 - p;
    std::uniform_real_distribution<double> uniform(0.0, 1.0);
    Matrix mask(rows, cols);
    for (Index i = 0; i < rows; ++i) {
        for (Index j = 0; j < cols; ++j) { mask(i, j) = uniform(rng) <= keep ? 1.0f : 0.0f; }
    }
    return mask;
}

}  // namespace lab
