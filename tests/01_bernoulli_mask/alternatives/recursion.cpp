// Halves the matrix along its longer side until one entry is left.
#include "bernoulli_mask.h"

namespace lab {

namespace {

void fill(Eigen::Ref<Matrix> part, double p, Rng& rng) {
    const Index rows = part.rows(), cols = part.cols();
    if (part.size() == 0) return;
    if (part.size() == 1) {
        part(0, 0) = std::uniform_real_distribution<double>{}(rng) < p ? 0 : 1;
    } else if (rows >= cols) {
        fill(part.topRows(rows / 2), p, rng);
        fill(part.bottomRows(rows - rows / 2), p, rng);
    } else {
        fill(part.rightCols(cols - cols / 2), p, rng);
        fill(part.leftCols(cols / 2), p, rng);
    }
}

}  // namespace

Matrix bernoulli_mask(Index rows, Index cols, double p, Rng& rng) {
    if (!(p >= 0 && p <= 1))
        throw std::invalid_argument("p is " + std::to_string(p) + " but must be from 0 to 1");
    Matrix mask(rows, cols);
    fill(mask, p, rng);
    return mask;
}

}  // namespace lab
