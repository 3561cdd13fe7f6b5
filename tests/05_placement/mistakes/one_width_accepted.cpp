// Diagnosis: width_count_not_checked
// one width is taken for a network of no layers instead of an error.
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

        if (i + 1 < layers.size()) {
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
    if (spec.widths.empty()) throw std::invalid_argument("widths is empty");
    for (Index width : spec.widths) {
        if (width < 1)
            throw std::invalid_argument("widths: " + std::to_string(width) + " is not positive");
    }
    nn::Sequential network;
    if (spec.widths.size() == 1) return network;
    if (spec.hidden_dropout.size() != spec.widths.size() - 2) {
        throw std::invalid_argument("hidden_dropout: wrong number of probabilities");
    }
    for (double p : spec.hidden_dropout) {
        if (!(0 <= p && p <= 1))
            throw std::invalid_argument("hidden_dropout: " + std::to_string(p) +
                                        " is no probability");
    }

    Rng rng(seed);
    const std::size_t steps = spec.widths.size() - 1;
    for (std::size_t i = 0; i < steps; ++i) {
        network.add(std::make_unique<nn::Linear>(spec.widths[i], spec.widths[i + 1], rng));
        if (i + 1 < steps) {
            network.add(make_activation(spec.hidden));
            if (spec.hidden_dropout[i] > 0)
                network.add(make_dropout(spec.hidden_dropout[i], rng()));
        } else if (spec.output) {
            network.add(make_activation(*spec.output));
        }
    }
    return network;
}

}  // namespace lab
