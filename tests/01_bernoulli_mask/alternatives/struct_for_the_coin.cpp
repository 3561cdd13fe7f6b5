// A struct for the coin, rows collected in vectors and copied into the matrix at the end.
#include <vector>

#include "bernoulli_mask.h"

namespace lab {

namespace {

struct Coin {
    std::bernoulli_distribution heads;
    Rng& rng;

    bool toss() { return heads(rng); }
};

template <typename Number>
bool is_probability(Number value) {
    return value >= Number{0} && value <= Number{1};
}

}  // namespace

Matrix bernoulli_mask(Index rows, Index cols, double p, Rng& rng) {
    if (not is_probability(p)) {
        throw std::invalid_argument(std::to_string(p) + " is not a probability in [0, 1]");
    }
    Coin keep{std::bernoulli_distribution(1.0 - p), rng};
    std::vector<std::vector<bool>> kept(static_cast<std::size_t>(rows));
    for (auto& row : kept) {
        while (static_cast<Index>(row.size()) < cols) row.push_back(keep.toss());
    }
    Matrix mask = Matrix::Zero(rows, cols);
    for (std::size_t i = 0; i < kept.size(); ++i) {
        for (std::size_t j = 0; j < kept[i].size(); ++j) {
            if (kept[i][j]) mask(static_cast<Index>(i), static_cast<Index>(j)) = 1.0f;
        }
    }
    return mask;
}

}  // namespace lab
