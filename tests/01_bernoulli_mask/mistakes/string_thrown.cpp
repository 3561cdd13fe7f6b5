// Diagnosis: wrong_exception
// Throws the message itself. That compiles, but no handler for std::exception catches it.
#include "bernoulli_mask.h"

namespace lab {

Matrix bernoulli_mask(Index rows, Index cols, double p, Rng& rng) {
    if (!(p >= 0 && p <= 1)) throw "p has to be between 0 and 1, but got " + std::to_string(p);

    std::uniform_real_distribution<double> uniform;
    Matrix mask = Matrix::Ones(rows, cols);
    for (Index k = 0; k < mask.size(); ++k)
        if (uniform(rng) < p) mask.data()[k] = 0;
    return mask;
}

}  // namespace lab
