// Draws and compares in single precision.
#include "bernoulli_mask.h"

namespace lab {

Matrix bernoulli_mask(Index rows, Index cols, double p, Rng& rng) {
    if (!(p >= 0.0 && p <= 1.0)) {
        throw std::invalid_argument("p has to be between 0 and 1, but got " + std::to_string(p));
    }
    const float drop = static_cast<float>(p);
    std::uniform_real_distribution<float> uniform(0.0f, 1.0f);
    Matrix mask = Matrix::Ones(rows, cols);
    for (int i = 0; i < rows; i++)
        for (int j = 0; j < cols; j++)
            if (uniform(rng) < drop) mask(i, j) = 0.0f;
    return mask;
}

}  // namespace lab
