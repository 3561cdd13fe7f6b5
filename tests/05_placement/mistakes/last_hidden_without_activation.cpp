// Diagnosis: last_hidden_bare
// the last hidden layer has no activation.
#include "placement.h"

#include <algorithm>
#include <stdexcept>
#include <string>

#include "nn/linear.h"
#include "nn/relu.h"
#include "nn/sigmoid.h"
#include "nn/tanh.h"
#include "train_eval.h"

namespace lab {

namespace {

std::unique_ptr<nn::Layer> make_activation(LayerKind kind) {
    switch (kind) {
        case LayerKind::sigmoid:
            return std::make_unique<nn::Sigmoid>();
        case LayerKind::tanh:
            return std::make_unique<nn::Tanh>();
        case LayerKind::relu:
            return std::make_unique<nn::ReLU>();
        default:
            throw std::invalid_argument("not an activation");
    }
}

}  // namespace

std::vector<PlacementIssue> check_placement(const std::vector<LayerKind>& layers) {
    std::vector<PlacementIssue> result;
    auto it = std::find(layers.begin(), layers.end(), LayerKind::dropout);
    while (it != layers.end()) {
        const std::size_t index = it - layers.begin();
        const auto next = it + 1;
        if (std::find(next, layers.end(), LayerKind::linear) == layers.end()) {
            result.push_back({index, PlacementRule::after_output});
        }
        if (next != layers.end()) {
            if (*next == LayerKind::batch_norm) {
                result.push_back({index, PlacementRule::before_batch_norm});
            } else if (*next == LayerKind::sigmoid || *next == LayerKind::tanh) {
                result.push_back({index, PlacementRule::before_activation});
            } else if (*next == LayerKind::dropout) {
                result.push_back({index, PlacementRule::stacked});
            }
        }
        it = std::find(next, layers.end(), LayerKind::dropout);
    }
    return result;
}

nn::Sequential make_mlp(const MlpSpec& spec, std::uint64_t seed) {
    const auto& [widths, hidden_dropout, hidden, output] = spec;
    const int n = static_cast<int>(widths.size());
    if (n < 2) throw std::invalid_argument("too few widths: " + std::to_string(n));
    for (int i = 0; i < n; i++) {
        if (widths[i] >= 1) continue;
        throw std::invalid_argument("widths: " + std::to_string(widths[i]) + " is below 1");
    }
    if (static_cast<int>(hidden_dropout.size()) != n - 2) {
        throw std::invalid_argument("hidden_dropout: got " + std::to_string(hidden_dropout.size()) +
                                    " probabilities for " + std::to_string(n - 2) +
                                    " hidden layers");
    }
    for (int i = 0; i < n - 2; i++) {
        if (hidden_dropout[i] >= 0.0 && hidden_dropout[i] <= 1.0) continue;
        throw std::invalid_argument("hidden_dropout: " + std::to_string(hidden_dropout[i]) +
                                    " is not a probability");
    }

    Rng seeds(seed);  // gives each layer a seed of its own
    nn::Sequential model;
    for (int i = 0; i < n - 1; i++) {
        Rng rng(seeds());
        model.add(std::make_unique<nn::Linear>(widths[i], widths[i + 1], rng));
        if (i == n - 2) continue;
        if (i < n - 3) model.add(make_activation(hidden));
        if (hidden_dropout[i] != 0.0) model.add(make_dropout(hidden_dropout[i], seeds()));
    }
    if (output) model.add(make_activation(output.value()));
    return model;
}

}  // namespace lab
