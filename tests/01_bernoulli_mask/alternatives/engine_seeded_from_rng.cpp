// Seeds a smaller, faster engine from rng, once for each call. rng still decides everything.
#include "bernoulli_mask.h"

namespace lab {

Matrix bernoulli_mask(Index rows, Index cols, double p, Rng& rng) {
    if (!(p >= 0 && p <= 1))
        throw std::invalid_argument("p is " + std::to_string(p) + " but must be from 0 to 1");

    std::seed_seq seed{rng(), rng()};
    std::mt19937 engine(seed);
    std::uniform_real_distribution<double> uniform;
    Matrix mask(rows, cols);
    for (Index k = 0; k < mask.size(); ++k) mask.data()[k] = uniform(engine) >= p;
    return mask;
}

}  // namespace lab
