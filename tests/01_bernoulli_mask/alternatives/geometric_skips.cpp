// Draws the gaps between dropped units instead of one coin for each: they follow the geometric
// distribution. For a small p that takes few draws; for p = 0 and p = 1 none.
#include <cmath>

#include "bernoulli_mask.h"

namespace lab {

namespace {

/// The number of kept units before the next dropped one; may exceed every Index.
double draw_gap(double p, Rng& rng) {
    const double u = std::generate_canonical<double, 53>(rng);
    return std::floor(std::log1p(-u) / std::log1p(-p));
}

}  // namespace

Matrix bernoulli_mask(Index rows, Index cols, double p, Rng& rng) {
    if (!(p >= 0 && p <= 1))
        throw std::invalid_argument("p is " + std::to_string(p) + " but must be from 0 to 1");
    if (p == 1) return Matrix::Zero(rows, cols);

    Matrix mask = Matrix::Ones(rows, cols);
    if (p == 0) return mask;
    const double size = static_cast<double>(mask.size());
    for (double k = draw_gap(p, rng); k < size; k += 1 + draw_gap(p, rng)) {
        mask.data()[static_cast<Index>(k)] = 0;
    }
    return mask;
}

}  // namespace lab
