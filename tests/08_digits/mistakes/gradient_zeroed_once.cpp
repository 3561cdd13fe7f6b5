// Diagnosis: gradient_not_zeroed
// Sets the gradients to 0 at the start of the epoch only.
#include "digits.h"

#include <algorithm>
#include <numeric>
#include <stdexcept>
#include <string>

#include "nn/softmax_cross_entropy.h"
#include "train_eval.h"

namespace lab {

std::vector<std::vector<Index>> mini_batches(Index samples, Index batch_size, Rng& rng) {
    if (samples < 0) throw std::invalid_argument("samples = " + std::to_string(samples));
    if (batch_size <= 0) throw std::invalid_argument("batch_size = " + std::to_string(batch_size));
    std::vector<Index> order(samples);
    std::iota(order.begin(), order.end(), 0);
    std::shuffle(order.begin(), order.end(), rng);
    std::vector<std::vector<Index>> batches;
    for (Index i : order) {
        if (batches.empty() || static_cast<Index>(batches.back().size()) == batch_size) {
            batches.push_back({});
        }
        batches.back().push_back(i);
    }
    return batches;
}

double train_epoch(nn::Layer& network, const Matrix& images, const std::vector<Index>& labels,
                   const std::vector<std::vector<Index>>& batches, std::vector<AdamState>& states,
                   const AdamOptions& options) {
    const auto parameters = network.parameters();
    if (images.rows() != static_cast<Index>(labels.size())) {
        throw std::invalid_argument(std::to_string(images.rows()) + " images, " +
                                    std::to_string(labels.size()) + " labels");
    }
    if (states.empty()) states.resize(parameters.size());
    if (states.size() != parameters.size()) {
        throw std::invalid_argument(std::to_string(parameters.size()) + " parameters, " +
                                    std::to_string(states.size()) + " states");
    }
    set_training(network, true);
    nn::zero_grad(network);
    double total = 0;
    std::size_t count = 0;
    for (const auto& batch : batches) {
        Matrix x(batch.size(), images.cols());
        std::vector<Index> y;
        for (std::size_t i = 0; i < batch.size(); i++) {
            y.push_back(labels.at(batch[i]));
            x.row(i) = images.row(batch[i]);
        }
        const auto loss = nn::softmax_cross_entropy(network.forward(x), y);
        network.backward(loss.grad);
        for (std::size_t i = 0; i < parameters.size(); i++) {
            adam_step(*parameters[i], states[i], options);
        }
        total += loss.value * static_cast<double>(batch.size());
        count += batch.size();
    }
    return count > 0 ? total / static_cast<double>(count) : 0.0;
}

double error_rate(nn::Layer& network, const Matrix& images, const std::vector<Index>& labels) {
    if (images.rows() == 0) throw std::invalid_argument("no images");
    if (images.rows() != static_cast<Index>(labels.size())) {
        throw std::invalid_argument(std::to_string(images.rows()) + " images, " +
                                    std::to_string(labels.size()) + " labels");
    }
    const Matrix scores = predict(network, images);
    double wrong = 0;
    for (Index i = 0; i < scores.rows(); i++) {
        Index guess;
        scores.row(i).maxCoeff(&guess);
        if (guess != labels[i]) wrong++;
    }
    return wrong / static_cast<double>(labels.size());
}

}  // namespace lab
