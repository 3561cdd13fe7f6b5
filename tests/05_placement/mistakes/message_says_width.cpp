// Diagnosis: message_without_field
// the message calls the field "width", which is not its name.
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

using Issues = std::vector<PlacementIssue>;

void find_after_output(const std::vector<LayerKind>& layers, Issues& issues) {
    std::size_t start = 0;  // the first layer behind the last linear one
    for (std::size_t i = 0; i < layers.size(); ++i) {
        if (layers[i] == LayerKind::linear) start = i + 1;
    }
    for (std::size_t i = start; i < layers.size(); ++i) {
        if (layers[i] == LayerKind::dropout) issues.push_back({i, PlacementRule::after_output});
    }
}

void find_before(const std::vector<LayerKind>& layers, LayerKind next, PlacementRule rule,
                 Issues& issues) {
    for (std::size_t i = 1; i < layers.size(); ++i) {
        if (layers[i - 1] == LayerKind::dropout && layers[i] == next)
            issues.push_back({i - 1, rule});
    }
}

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
    Issues issues;
    find_after_output(layers, issues);
    find_before(layers, LayerKind::batch_norm, PlacementRule::before_batch_norm, issues);
    find_before(layers, LayerKind::sigmoid, PlacementRule::before_activation, issues);
    find_before(layers, LayerKind::tanh, PlacementRule::before_activation, issues);
    find_before(layers, LayerKind::dropout, PlacementRule::stacked, issues);
    return issues;
}

nn::Sequential make_mlp(const MlpSpec& spec, std::uint64_t seed) {
    const auto& [widths, hidden_dropout, hidden, output] = spec;
    const int n = static_cast<int>(widths.size());
    if (n < 2) throw std::invalid_argument("too few widths: " + std::to_string(n));
    for (int i = 0; i < n; i++) {
        if (widths[i] >= 1) continue;
        throw std::invalid_argument("a width of " + std::to_string(widths[i]) + " is below 1");
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
