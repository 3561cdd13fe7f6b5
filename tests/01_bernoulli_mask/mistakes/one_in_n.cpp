// Diagnosis: p_rounded
// Turns p into "one in n" with a whole n: p = 0.37 becomes one in two, p = 0.8 one in one.
#include <cmath>

#include "bernoulli_mask.h"

namespace lab {

Matrix bernoulli_mask(Index rows, Index cols, double p, Rng& rng) {
    if (!(p >= 0 && p <= 1))
        throw std::invalid_argument("p is " + std::to_string(p) + " but must be from 0 to 1");

    Matrix mask = Matrix::Ones(rows, cols);
    if (p == 0) return mask;
    const double n = std::floor(1 / p);
    std::uniform_real_distribution<double> position(0, n);
    for (Index k = 0; k < mask.size(); ++k) {
        if (position(rng) < 1) mask.data()[k] = 0;
    }
    return mask;
}

}  // namespace lab
