// Shuffles with a generator that rng seeds; sets the gradients to 0 before the first step and after
// each one; predicts in pieces of seven images.
#include "digits.h"

#include <algorithm>
#include <numeric>
#include <random>
#include <stdexcept>
#include <string>

#include "nn/softmax_cross_entropy.h"
#include "train_eval.h"

namespace lab {

std::vector<std::vector<Index>> mini_batches(Index samples, Index batch_size, Rng& rng) {
    if (samples < 0) throw std::invalid_argument{"samples: " + std::to_string(samples)};
    if (batch_size < 1) throw std::invalid_argument{"batch_size: " + std::to_string(batch_size)};
    std::minstd_rand generator(static_cast<std::minstd_rand::result_type>(rng()));
    std::vector<Index> order(static_cast<std::size_t>(samples));
    std::iota(order.rbegin(), order.rend(), Index{0});
    std::ranges::shuffle(order, generator);
    std::vector<std::vector<Index>> batches;
    auto begin = order.begin();
    while (begin != order.end()) {
        const auto end = begin + std::min<std::ptrdiff_t>(batch_size, order.end() - begin);
        batches.emplace_back(begin, end);
        begin = end;
    }
    return batches;
}

double train_epoch(nn::Layer& network, const Matrix& images, const std::vector<Index>& labels,
                   const std::vector<std::vector<Index>>& batches, std::vector<AdamState>& states,
                   const AdamOptions& options) {
    const std::vector<nn::Parameter*> parameters = network.parameters();
    if (images.rows() != static_cast<Index>(labels.size())) {
        throw std::invalid_argument{std::to_string(images.rows()) +
                                    " != " + std::to_string(labels.size())};
    }
    if (states.size() != parameters.size()) {
        if (!states.empty()) {
            throw std::invalid_argument{std::to_string(states.size()) +
                                        " != " + std::to_string(parameters.size())};
        }
        for (std::size_t k = 0; k < parameters.size(); ++k) states.push_back({});
    }
    set_training(network, true);
    nn::zero_grad(network);
    std::vector<double> losses;  // one for each sample
    for (const std::vector<Index>& batch : batches) {
        Matrix x(0, images.cols());
        std::vector<Index> of_batch;
        std::transform(batch.begin(), batch.end(), std::back_inserter(of_batch),
                       [&](Index i) { return labels.at(static_cast<std::size_t>(i)); });
        for (const Index i : batch) {
            x.conservativeResize(x.rows() + 1, Eigen::NoChange);
            x.bottomRows(1) = images.middleRows(i, 1);
        }
        const auto loss = nn::softmax_cross_entropy(network.forward(x), of_batch);
        network.backward(loss.grad);
        for (std::size_t k = 0; k < parameters.size(); ++k) {
            adam_step(*parameters.at(k), states.at(k), options);
        }
        nn::zero_grad(network);
        losses.insert(losses.end(), batch.size(), loss.value);
    }
    if (losses.empty()) return 0;
    return std::accumulate(losses.begin(), losses.end(), 0.0) / static_cast<double>(losses.size());
}

double error_rate(nn::Layer& network, const Matrix& images, const std::vector<Index>& labels) {
    if (images.rows() != static_cast<Index>(labels.size()) || labels.empty()) {
        throw std::invalid_argument{std::to_string(images.rows()) + " images, " +
                                    std::to_string(labels.size()) + " labels"};
    }
    std::vector<Index> answers;
    for (Index begin = 0; begin < images.rows(); begin += 7) {
        const Index count = std::min<Index>(7, images.rows() - begin);
        const Matrix scores = predict(network, images.middleRows(begin, count));
        for (const auto& row : scores.rowwise()) {
            Index best = 0;
            for (Index c = 1; c < row.size(); ++c) {
                if (row(c) > row(best)) best = c;
            }
            answers.push_back(best);
        }
    }
    const auto right = std::inner_product(answers.begin(), answers.end(), labels.begin(), Index{0},
                                          std::plus<>(), std::equal_to<>());
    return static_cast<double>(images.rows() - right) / static_cast<double>(images.rows());
}

}  // namespace lab
