// Diagnosis: one_rule_for_each_dropout
// else-if: a dropout behind the output is not checked against the other rules.
#include "placement.h"

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
    std::vector<PlacementIssue> issues;
    for (std::size_t i = 0; i < layers.size(); i++) {
        if (layers[i] != LayerKind::dropout) continue;

        bool linear_follows = false;
        for (std::size_t j = i + 1; j < layers.size(); j++) {
            if (layers[j] == LayerKind::linear) linear_follows = true;
        }
        if (!linear_follows) issues.push_back({i, PlacementRule::after_output});

        else if (i + 1 < layers.size()) {
            const LayerKind next = layers[i + 1];
            if (next == LayerKind::batch_norm)
                issues.push_back({i, PlacementRule::before_batch_norm});
            if (next == LayerKind::sigmoid || next == LayerKind::tanh) {
                issues.push_back({i, PlacementRule::before_activation});
            }
            if (next == LayerKind::dropout) issues.push_back({i, PlacementRule::stacked});
        }
    }
    return issues;
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
        model.add(make_activation(hidden));
        if (hidden_dropout[i] != 0.0) model.add(make_dropout(hidden_dropout[i], seeds()));
    }
    if (output) model.add(make_activation(output.value()));
    return model;
}

}  // namespace lab
