// Diagnosis: columns_repeated
// Assigns a draw to a whole row at once, expecting that setConstant draws anew for each entry.
#include <cmath>

#include "bernoulli_mask.h"

namespace lab {

Matrix bernoulli_mask(Index rows, Index cols, double p, Rng& rng) {
    if (std::isnan(p) || p < 0 || p > 1)
        throw std::invalid_argument("dropout: p = " + std::to_string(p) + " is not in [0, 1]");

    std::bernoulli_distribution keep(1 - p);
    Matrix mask(rows, cols);
    for (auto row : mask.rowwise()) row.setConstant(keep(rng));
    return mask;
}

}  // namespace lab
