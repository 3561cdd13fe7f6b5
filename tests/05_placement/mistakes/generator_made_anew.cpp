// Diagnosis: weights_repeated
// makes Rng(seed) anew for each linear layer: equal shapes get equal weights.
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
    if (spec.widths.size() < 2) throw std::invalid_argument("widths needs at least two entries");
    for (Index width : spec.widths) {
        if (width < 1) {
            throw std::invalid_argument("widths must be at least 1, but got " +
                                        std::to_string(width));
        }
    }
    if (spec.hidden_dropout.size() != spec.widths.size() - 2) {
        throw std::invalid_argument("hidden_dropout must have one p for each hidden layer");
    }
    for (double p : spec.hidden_dropout) {
        if (!(p >= 0 && p <= 1)) {
            throw std::invalid_argument("hidden_dropout must be between 0 and 1, but got " +
                                        std::to_string(p));
        }
    }

    nn::Sequential network;
    for (std::size_t i = 0; i + 1 < spec.widths.size(); ++i) {
        Rng rng(seed);
        network.add(std::make_unique<nn::Linear>(spec.widths[i], spec.widths[i + 1], rng));
        if (i + 2 < spec.widths.size()) {
            network.add(make_activation(spec.hidden));
            if (spec.hidden_dropout[i] > 0)
                network.add(make_dropout(spec.hidden_dropout[i], seed + 1 + i));
        }
    }
    if (spec.output) network.add(make_activation(*spec.output));
    return network;
}

}  // namespace lab
