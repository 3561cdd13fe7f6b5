#include "nn/softmax_cross_entropy.h"

#include <cmath>
#include <stdexcept>
#include <string>

namespace lab::nn {

Loss softmax_cross_entropy(const Matrix& scores, const std::vector<Index>& labels) {
    const Index batch = scores.rows();
    if (batch == 0 || static_cast<Index>(labels.size()) != batch) {
        throw std::invalid_argument{"scores of " + std::to_string(batch) + " samples, but " +
                                    std::to_string(labels.size()) + " labels"};
    }
    Loss loss{0, Matrix(batch, scores.cols())};
    for (Index i = 0; i < batch; ++i) {
        const Index label = labels[static_cast<std::size_t>(i)];
        if (label < 0 || label >= scores.cols()) {
            throw std::invalid_argument{"label " + std::to_string(label) + " is not one of " +
                                        std::to_string(scores.cols()) + " classes"};
        }
        // Subtracting the largest score changes no quotient, and keeps exp from overflowing.
        const float largest = scores.row(i).maxCoeff();
        const auto shifted = scores.row(i).array() - largest;
        const float sum = shifted.exp().sum();
        loss.value += std::log(sum) - shifted(label);
        loss.grad.row(i) = shifted.exp() / sum;  // the softmax
        loss.grad(i, label) -= 1;
    }
    const auto n = static_cast<float>(batch);
    loss.value /= n;
    loss.grad /= n;
    return loss;
}

}  // namespace lab::nn
