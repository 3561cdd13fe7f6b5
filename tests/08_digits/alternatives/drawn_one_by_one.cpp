// Draws one card after the other from those that remain; picks rows by a product with a 0/1 matrix;
// a label's score is the largest when none before reaches it and none behind exceeds it.
#include "digits.h"

#include <random>
#include <stdexcept>
#include <string>

#include "nn/softmax_cross_entropy.h"
#include "train_eval.h"

namespace lab {

std::vector<std::vector<Index>> mini_batches(Index samples, Index batch_size, Rng& rng) {
    for (const auto& [number, least] : {std::pair{samples, 0}, {batch_size, 1}}) {
        if (number >= least) continue;
        throw std::invalid_argument(std::to_string(number) + " is below " + std::to_string(least));
    }
    std::vector<Index> remaining;
    while (static_cast<Index>(remaining.size()) < samples) {
        remaining.push_back(static_cast<Index>(remaining.size()));
    }
    std::vector<std::vector<Index>> batches;
    while (!remaining.empty()) {
        std::vector<Index> batch;
        while (!remaining.empty() && static_cast<Index>(batch.size()) < batch_size) {
            std::uniform_int_distribution<std::size_t> any(0, remaining.size() - 1);
            const auto drawn = remaining.begin() + static_cast<std::ptrdiff_t>(any(rng));
            batch.push_back(*drawn);
            remaining.erase(drawn);
        }
        batches.push_back(std::move(batch));
    }
    return batches;
}

double train_epoch(nn::Layer& network, const Matrix& images, const std::vector<Index>& labels,
                   const std::vector<std::vector<Index>>& batches, std::vector<AdamState>& states,
                   const AdamOptions& options) {
    if (images.rows() - static_cast<Index>(labels.size()) != 0) {
        throw std::invalid_argument(std::to_string(labels.size()) + " labels but " +
                                    std::to_string(images.rows()) + " images");
    }
    auto parameters = network.parameters();
    if (!states.empty() && states.size() != parameters.size()) {
        throw std::invalid_argument(std::to_string(states.size()) + " states but " +
                                    std::to_string(parameters.size()) + " parameters");
    }
    states.resize(parameters.size());
    set_training(network, true);
    float sum = 0;
    int count = 0;
    for (const auto& batch : batches) {
        Matrix pick = Matrix::Zero(static_cast<Index>(batch.size()), images.rows());
        std::vector<Index> right;
        for (const Index i : batch) {
            right.push_back(labels.at(static_cast<std::size_t>(i)));
            pick(static_cast<Index>(right.size()) - 1, i) = 1;
        }
        const Matrix x = pick * images;
        for (nn::Parameter* parameter : parameters) parameter->grad *= 0;
        const nn::Loss loss = nn::softmax_cross_entropy(network.forward(x), right);
        network.backward(loss.grad);
        for (std::size_t k = parameters.size(); k-- > 0;) {
            adam_step(*parameters[k], states[k], options);
        }
        for (std::size_t i = 0; i < batch.size(); ++i, ++count) {
            sum += static_cast<float>(loss.value);
        }
    }
    return count > 0 ? sum / static_cast<float>(count) : 0;
}

double error_rate(nn::Layer& network, const Matrix& images, const std::vector<Index>& labels) {
    const Index count = images.rows();
    if (count == 0 || count != static_cast<Index>(labels.size())) {
        throw std::invalid_argument("images: " + std::to_string(count) +
                                    ", labels: " + std::to_string(labels.size()));
    }
    const Matrix scores = predict(network, images);
    double error = 0;
    for (Index i = 0; i < count; ++i) {
        const Index label = labels[static_cast<std::size_t>(i)];
        const float mine = scores(i, label);
        const bool before = (scores.row(i).head(label).array() >= mine).any();
        const bool behind = (scores.row(i).tail(scores.cols() - label - 1).array() > mine).any();
        if (before || behind) error += 1.0 / static_cast<double>(count);
    }
    return error;
}

}  // namespace lab
