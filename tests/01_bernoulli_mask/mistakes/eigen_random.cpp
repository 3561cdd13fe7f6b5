// Diagnosis: not_from_rng
// Compares Eigen's own random matrix with p. It is one line, but rng has no part in it.
#include "bernoulli_mask.h"

namespace lab {

Matrix bernoulli_mask(Index rows, Index cols, double p, Rng& rng) {
    if (!(p >= 0.0 && p <= 1.0)) {
        throw std::invalid_argument("drop probability must be in [0, 1], not " + std::to_string(p));
    }
    if (p == 1.0) return Matrix::Zero(rows, cols);
    // Random() lies in [-1, 1].
    const Eigen::ArrayXXd uniform = (Eigen::ArrayXXd::Random(rows, cols) + 1.0) / 2.0;
    return (uniform >= p).cast<float>();
}

}  // namespace lab
