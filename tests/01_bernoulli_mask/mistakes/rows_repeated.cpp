// Diagnosis: rows_repeated
// Draws one row of units and repeats it for every sample: "a mask says which units of the layer are
// dropped" is true, but each sample has its own.
#include "bernoulli_mask.h"

namespace lab {

Matrix bernoulli_mask(Index rows, Index cols, double p, Rng& rng) {
    if (!(p >= 0.0 && p <= 1.0)) {
        throw std::invalid_argument("p has to be between 0 and 1, but got " + std::to_string(p));
    }
    std::bernoulli_distribution drop(p);
    Eigen::RowVectorXf units(cols);
    for (Index j = 0; j < cols; ++j) units(j) = drop(rng) ? 0.0f : 1.0f;
    return units.replicate(rows, 1);
}

}  // namespace lab
