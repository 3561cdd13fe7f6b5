// Diagnosis: nothing_dropped
// Stores p in an int, which cuts every p below 1 to 0.
#include "bernoulli_mask.h"

namespace lab {

Matrix bernoulli_mask(Index rows, Index cols, double p, Rng& rng) {
    if (!(p >= 0.0 && p <= 1.0)) {
        throw std::invalid_argument("p has to be between 0 and 1, but got " + std::to_string(p));
    }
    const int drop_probability = p;
    std::bernoulli_distribution drop(drop_probability);
    Matrix mask = Matrix::Ones(rows, cols);
    for (Index i = 0; i < rows; ++i)
        for (Index j = 0; j < cols; ++j)
            if (drop(rng)) mask(i, j) = 0;
    return mask;
}

}  // namespace lab
