// Diagnosis: exact_count
// Chooses the same number of units to drop in each sample, as "drop 37 % of the layer" suggests.
#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "bernoulli_mask.h"

namespace lab {

Matrix bernoulli_mask(Index rows, Index cols, double p, Rng& rng) {
    if (!(p >= 0.0 && p <= 1.0)) {
        throw std::invalid_argument("drop probability must be in [0, 1], not " + std::to_string(p));
    }
    std::vector<Index> units(static_cast<std::size_t>(cols));
    std::iota(units.begin(), units.end(), Index{0});
    const auto dropped = static_cast<std::size_t>(std::round(p * static_cast<double>(cols)));

    Matrix mask = Matrix::Ones(rows, cols);
    for (Index i = 0; i < rows; ++i) {
        std::shuffle(units.begin(), units.end(), rng);
        for (std::size_t k = 0; k < dropped; ++k) { mask(i, units[k]) = 0.0f; }
    }
    return mask;
}

}  // namespace lab
