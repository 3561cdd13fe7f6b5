// Diagnosis: after_output_only_last
// after_output is reported only for a dropout that is the very last layer.
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
    for (std::size_t i = 0; i < layers.size(); ++i) {
        if (layers[i] != LayerKind::dropout) continue;
        if (i + 1 == layers.size()) {
            issues.push_back({i, PlacementRule::after_output});
            continue;
        }
        switch (layers[i + 1]) {
            case LayerKind::batch_norm:
                issues.push_back({i, PlacementRule::before_batch_norm});
                break;
            case LayerKind::sigmoid:
            case LayerKind::tanh:
                issues.push_back({i, PlacementRule::before_activation});
                break;
            case LayerKind::dropout:
                issues.push_back({i, PlacementRule::stacked});
                break;
            case LayerKind::linear:
            case LayerKind::relu:
                break;
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

    Rng rng(seed);
    nn::Sequential network;
    for (std::size_t i = 0; i + 1 < spec.widths.size(); ++i) {
        network.add(std::make_unique<nn::Linear>(spec.widths[i], spec.widths[i + 1], rng));
        if (i + 2 < spec.widths.size()) {
            network.add(make_activation(spec.hidden));
            if (spec.hidden_dropout[i] > 0)
                network.add(make_dropout(spec.hidden_dropout[i], rng()));
        }
    }
    if (spec.output) network.add(make_activation(*spec.output));
    return network;
}

}  // namespace lab
