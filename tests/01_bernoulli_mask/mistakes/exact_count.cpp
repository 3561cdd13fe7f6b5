// Diagnosis: exact_count
// Drops exactly the share p of all entries and shuffles them. The rate is right, but the number of
// dropped units should vary, and one entry should tell nothing about another.
#include <algorithm>
#include <cmath>

#include "bernoulli_mask.h"

namespace lab {

Matrix bernoulli_mask(Index rows, Index cols, double p, Rng& rng) {
    if (!(p >= 0.0 && p <= 1.0)) {
        throw std::invalid_argument("p has to be between 0 and 1, but got " + std::to_string(p));
    }
    Matrix mask = Matrix::Ones(rows, cols);
    const auto dropped = std::lround(p * static_cast<double>(mask.size()));
    std::fill_n(mask.data(), dropped, 0.0f);
    std::shuffle(mask.data(), mask.data() + mask.size(), rng);
    return mask;
}

}  // namespace lab
