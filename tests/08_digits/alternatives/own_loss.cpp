// Deals the shuffled indices out by recursion; computes loss and gradient itself, in double;
// remembers the modes in a map.
#include "digits.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <stdexcept>
#include <string>

#include "train_eval.h"

namespace lab {

namespace {

using Deck = std::vector<Index>;

std::vector<Deck> dealt(Deck deck, std::size_t size) {
    if (deck.size() <= size) return deck.empty() ? std::vector<Deck>{} : std::vector<Deck>{deck};
    const Deck top(deck.end() - static_cast<std::ptrdiff_t>(size), deck.end());
    deck.resize(deck.size() - size);
    std::vector<Deck> rest = dealt(deck, size);
    rest.insert(rest.begin(), top);
    return rest;
}

void remember(nn::Layer& layer, std::map<nn::Layer*, bool>& modes) {
    modes[&layer] = layer.training;
    for (nn::Layer* child : layer.children()) remember(*child, modes);
}

void check(bool fits, std::size_t a, std::size_t b) {
    if (fits) return;
    throw std::invalid_argument(std::to_string(a) + " and " + std::to_string(b) + " do not fit");
}

}  // namespace

std::vector<std::vector<Index>> mini_batches(Index samples, Index batch_size, Rng& rng) {
    if (std::min(samples, batch_size - 1) < 0) {
        throw std::invalid_argument(samples < 0 ? "samples below 0: " + std::to_string(samples)
                                                : "batch_size < 1: " + std::to_string(batch_size));
    }
    Deck deck(static_cast<std::size_t>(samples));
    std::generate(deck.begin(), deck.end(), [i = Index{0}]() mutable { return i++; });
    for (std::size_t left = deck.size(); left > 1; --left) {
        const auto i = static_cast<std::size_t>(
            std::uniform_real_distribution<double>(0, static_cast<double>(left))(rng));
        std::iter_swap(deck.begin() + static_cast<std::ptrdiff_t>(std::min(i, left - 1)),
                       deck.begin() + static_cast<std::ptrdiff_t>(left - 1));
    }
    return dealt(std::move(deck), static_cast<std::size_t>(batch_size));
}

double train_epoch(nn::Layer& network, const Matrix& images, const std::vector<Index>& labels,
                   const std::vector<std::vector<Index>>& batches, std::vector<AdamState>& states,
                   const AdamOptions& options) {
    const auto parameters = network.parameters();
    const auto rows = static_cast<std::size_t>(images.rows());
    check(labels.size() == rows, labels.size(), rows);
    check(states.empty() || states.size() == parameters.size(), states.size(), parameters.size());
    if (states.empty()) states.assign(parameters.size(), AdamState());

    double sum = 0, count = 0;
    set_training(network, true);
    for (const Deck& batch : batches) {
        const auto n = static_cast<Index>(batch.size());
        const Matrix x = Matrix::NullaryExpr(n, images.cols(), [&](Index i, Index j) {
            const auto which = static_cast<std::size_t>(batch[static_cast<std::size_t>(i)]);
            if (which >= rows) throw std::out_of_range("no image " + std::to_string(which));
            return images(static_cast<Index>(which), j);
        });
        const Eigen::ArrayXXd scores = network.forward(x).cast<double>().array();
        const Eigen::ArrayXXd powers = (scores.colwise() - scores.rowwise().maxCoeff()).exp();
        Eigen::ArrayXXd grad = powers.colwise() / powers.rowwise().sum();
        for (Index i = 0; i < n; ++i) {
            const Index label =
                labels[static_cast<std::size_t>(batch[static_cast<std::size_t>(i)])];
            sum -= std::log(grad(i, label));
            grad(i, label) -= 1;
        }
        for (nn::Parameter* one : parameters) one->grad.setZero();
        network.backward((grad / static_cast<double>(n)).matrix().cast<float>());
        for (std::size_t k = 0; k < states.size(); ++k) {
            adam_step(*parameters[k], states[k], options);
        }
        count += static_cast<double>(n);
    }
    return sum / std::max(count, 1.0);
}

double error_rate(nn::Layer& network, const Matrix& images, const std::vector<Index>& labels) {
    check(!labels.empty(), labels.size(), 0);
    check(images.rows() == static_cast<Index>(labels.size()), labels.size(),
          static_cast<std::size_t>(images.rows()));
    std::map<nn::Layer*, bool> modes;
    remember(network, modes);
    Matrix scores;
    try {
        set_training(network, false);
        scores = network.forward(images);
    } catch (...) {
        for (const auto& [layer, mode] : modes) layer->training = mode;
        throw;
    }
    for (const auto& [layer, mode] : modes) layer->training = mode;
    Deck wrong;
    for (Index i = 0; i < scores.rows(); ++i) {
        Index answer = 0;
        while (scores(i, answer) < scores.row(i).maxCoeff()) ++answer;
        if (answer != labels[static_cast<std::size_t>(i)]) wrong.push_back(i);
    }
    return static_cast<double>(wrong.size()) / static_cast<double>(labels.size());
}

}  // namespace lab
