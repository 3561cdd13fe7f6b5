// Draws all numbers first, into a matrix stored column by column, and then selects 0 or 1.
#include "bernoulli_mask.h"

namespace lab {

Matrix bernoulli_mask(Index rows, Index cols, double p, Rng& rng) {
    if (!(p >= 0.0 && p <= 1.0)) {
        throw std::invalid_argument("drop probability must be in [0, 1], not " + std::to_string(p));
    }
    std::uniform_real_distribution<double> uniform(0.0, 1.0);
    Eigen::ArrayXXd u(rows, cols);
    u = u.unaryExpr([&](double) { return uniform(rng); });
    return (u < p).select(Matrix::Zero(rows, cols), Matrix::Ones(rows, cols));
}

}  // namespace lab
