// Diagnosis: exact_count
// Sorts the draws and drops the smallest ones, to make sure that the rate of the mask is p.
#include <algorithm>
#include <vector>

#include "bernoulli_mask.h"

namespace lab {

Matrix bernoulli_mask(Index rows, Index cols, double p, Rng& rng) {
    if (!(p >= 0 && p <= 1))
        throw std::invalid_argument("p is " + std::to_string(p) + " but must be from 0 to 1");

    const Index n = rows * cols;
    std::uniform_real_distribution<double> uniform;
    std::vector<std::pair<double, Index>> draws;
    for (Index k = 0; k < n; k++) draws.push_back({uniform(rng), k});
    std::sort(draws.begin(), draws.end());

    Matrix mask(rows, cols);
    for (Index k = 0; k < n; k++) {
        const bool dropped = static_cast<double>(k) < p * static_cast<double>(n);
        mask.data()[draws[k].second] = dropped ? 0 : 1;
    }
    return mask;
}

}  // namespace lab
