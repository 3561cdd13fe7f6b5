// Diagnosis: exact_count
// Draws one start and then goes round the circle in steps of p, so that drops are spread evenly.
// Every entry is dropped with probability p, but after a start all of them are settled.
#include <cmath>

#include "bernoulli_mask.h"

namespace lab {

Matrix bernoulli_mask(Index rows, Index cols, double p, Rng& rng) {
    if (!(p >= 0 && p <= 1))
        throw std::invalid_argument("p is " + std::to_string(p) + " but must be from 0 to 1");

    double angle = std::uniform_real_distribution<double>{}(rng);
    Matrix mask(rows, cols);
    for (Index i = 0; i < rows; ++i) {
        for (Index j = 0; j < cols; ++j) {
            mask(i, j) = angle < p ? 0 : 1;
            angle = std::fmod(angle + p, 1.0);
        }
    }
    return mask;
}

}  // namespace lab
