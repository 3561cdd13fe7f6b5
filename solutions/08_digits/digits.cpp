#include "digits.h"

#include <algorithm>
#include <numeric>
#include <stdexcept>
#include <string>

#include "nn/softmax_cross_entropy.h"
#include "train_eval.h"

namespace lab {

namespace {

void require_equal(std::size_t count, const std::string& of_what, std::size_t expected,
                   const std::string& for_what) {
    if (count == expected) return;
    throw std::invalid_argument{"there are " + std::to_string(count) + " " + of_what + " for " +
                                std::to_string(expected) + " " + for_what};
}

}  // namespace

std::vector<std::vector<Index>> mini_batches(Index samples, Index batch_size, Rng& rng) {
    if (samples < 0) {
        throw std::invalid_argument{"samples must not be negative, but got " +
                                    std::to_string(samples)};
    }
    if (batch_size < 1) {
        throw std::invalid_argument{"batch_size has to be at least 1, but got " +
                                    std::to_string(batch_size)};
    }
    std::vector<Index> order(static_cast<std::size_t>(samples));
    std::iota(order.begin(), order.end(), 0);
    std::shuffle(order.begin(), order.end(), rng);

    std::vector<std::vector<Index>> batches;
    for (Index start = 0; start < samples; start += batch_size) {
        const Index count = std::min(batch_size, samples - start);
        batches.emplace_back(order.begin() + start, order.begin() + start + count);
    }
    return batches;
}

double train_epoch(nn::Layer& network, const Matrix& images, const std::vector<Index>& labels,
                   const std::vector<std::vector<Index>>& batches, std::vector<AdamState>& states,
                   const AdamOptions& options) {
    const std::vector<nn::Parameter*> parameters = network.parameters();
    require_equal(labels.size(), "labels", static_cast<std::size_t>(images.rows()), "images");
    if (states.empty()) states.resize(parameters.size());
    require_equal(states.size(), "states", parameters.size(), "parameters");

    set_training(network, true);
    double sum = 0;
    std::size_t samples = 0;
    for (const std::vector<Index>& batch : batches) {
        Matrix x(static_cast<Index>(batch.size()), images.cols());
        std::vector<Index> of_x;
        for (const Index i : batch) {
            of_x.push_back(labels.at(static_cast<std::size_t>(i)));
            x.row(static_cast<Index>(of_x.size()) - 1) = images.row(i);
        }
        const nn::Loss loss = nn::softmax_cross_entropy(network.forward(x), of_x);
        nn::zero_grad(network);
        network.backward(loss.grad);
        for (std::size_t k = 0; k < parameters.size(); ++k) {
            adam_step(*parameters[k], states[k], options);
        }
        sum += loss.value * static_cast<double>(batch.size());
        samples += batch.size();
    }
    return samples == 0 ? 0 : sum / static_cast<double>(samples);
}

double error_rate(nn::Layer& network, const Matrix& images, const std::vector<Index>& labels) {
    if (images.rows() == 0) throw std::invalid_argument{"there are no images"};
    require_equal(labels.size(), "labels", static_cast<std::size_t>(images.rows()), "images");

    const Matrix scores = predict(network, images);
    Index wrong = 0;
    for (Index i = 0; i < scores.rows(); ++i) {
        Index best = 0;
        scores.row(i).maxCoeff(&best);
        if (best != labels[static_cast<std::size_t>(i)]) ++wrong;
    }
    return static_cast<double>(wrong) / static_cast<double>(scores.rows());
}

}  // namespace lab
