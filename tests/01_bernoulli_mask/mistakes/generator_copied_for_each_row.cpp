// Diagnosis: rows_repeated
// A helper fills one row and takes the generator by value, so every row starts from the same state.
// The draws are then discarded from the caller's generator to move it on.
#include "bernoulli_mask.h"

namespace lab {

namespace {

void draw_row(Matrix& mask, Index i, double p, Rng rng) {
    std::uniform_real_distribution<double> uniform(0.0, 1.0);
    for (Index j = 0; j < mask.cols(); ++j) { mask(i, j) = uniform(rng) >= p; }
}

}  // namespace

Matrix bernoulli_mask(Index rows, Index cols, double p, Rng& rng) {
    if (!(p >= 0.0 && p <= 1.0)) {
        throw std::invalid_argument("drop probability must be in [0, 1], not " + std::to_string(p));
    }
    Matrix mask(rows, cols);
    for (Index i = 0; i < rows; ++i) { draw_row(mask, i, p, rng); }
    rng.discard(static_cast<unsigned long long>(rows * cols));
    return mask;
}

}  // namespace lab
