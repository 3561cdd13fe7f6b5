// Diagnosis: p_one_keeps
// Makes its own uniform draw by dividing by the generator's largest number. That draw lies in
// [0, 1], both ends included, so the largest number keeps a unit although p is 1.
#include "bernoulli_mask.h"

namespace lab {

namespace {

double uniform(Rng& rng) { return static_cast<double>(rng()) / static_cast<double>(rng.max()); }

}  // namespace

Matrix bernoulli_mask(Index rows, Index cols, double p, Rng& rng) {
    if (!(p >= 0.0 && p <= 1.0)) {
        throw std::invalid_argument("drop probability must be in [0, 1], not " + std::to_string(p));
    }
    Matrix mask(rows, cols);
    for (Index i = 0; i < rows; i++) {
        for (Index j = 0; j < cols; j++) {
            if (uniform(rng) < p)
                mask(i, j) = 0;
            else
                mask(i, j) = 1;
        }
    }
    return mask;
}

}  // namespace lab
