// Diagnosis: not_from_rng
// Keeps a static engine so that two calls differ. The caller's seed then decides nothing.
#include "bernoulli_mask.h"

namespace lab {

namespace {

Rng& engine() {
    static Rng instance{std::random_device{}()};
    return instance;
}

}  // namespace

Matrix bernoulli_mask(Index rows, Index cols, double p, Rng& rng) {
    if (!(p >= 0 && p <= 1))
        throw std::invalid_argument("p is " + std::to_string(p) + " but must be from 0 to 1");

    std::bernoulli_distribution drop(p);
    Matrix mask = Matrix::Ones(rows, cols);
    for (Index k = 0; k < mask.size(); ++k)
        if (drop(engine())) mask.data()[k] = 0;
    return mask;
}

}  // namespace lab
