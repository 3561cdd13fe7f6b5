// Diagnosis: counted_from_one
// counts the layers from 1.
#include "placement.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <sstream>
#include <stdexcept>

#include "nn/linear.h"
#include "nn/relu.h"
#include "nn/sigmoid.h"
#include "nn/tanh.h"
#include "train_eval.h"

namespace lab {

namespace {

void check(const MlpSpec& spec) {
    std::ostringstream message;
    if (spec.widths.size() < 2) {
        message << "widths: need at least 2, got " << spec.widths.size();
        throw std::invalid_argument(message.str());
    }
    for (std::size_t i = 0; i < spec.widths.size(); i++) {
        if (spec.widths[i] <= 0) {
            message << "widths[" << i << "] is " << spec.widths[i] << ", must be >= 1";
            throw std::invalid_argument(message.str());
        }
    }
    const std::size_t hidden_layers = spec.widths.size() - 2;
    if (spec.hidden_dropout.size() != hidden_layers) {
        message << "hidden_dropout: need " << hidden_layers << ", got "
                << spec.hidden_dropout.size();
        throw std::invalid_argument(message.str());
    }
    for (std::size_t i = 0; i < hidden_layers; i++) {
        const double p = spec.hidden_dropout[i];
        if (std::isnan(p) || p < 0.0 || p > 1.0) {
            message << "hidden_dropout[" << i << "] is " << p << ", must be in [0, 1]";
            throw std::invalid_argument(message.str());
        }
    }
}

void add_activation(nn::Sequential& net, LayerKind kind) {
    if (kind == LayerKind::sigmoid) {
        net.add(std::make_unique<nn::Sigmoid>());
    } else if (kind == LayerKind::tanh) {
        net.add(std::make_unique<nn::Tanh>());
    } else if (kind == LayerKind::relu) {
        net.add(std::make_unique<nn::ReLU>());
    }
}

}  // namespace

std::vector<PlacementIssue> check_placement(const std::vector<LayerKind>& layers) {
    std::vector<PlacementIssue> issues;
    const auto next_of = [&](std::size_t i) -> std::optional<LayerKind> {
        if (i + 1 >= layers.size()) return std::nullopt;
        return layers[i + 1];
    };
    const auto is_linear = [](LayerKind kind) { return kind == LayerKind::linear; };

    for (std::size_t i = 0; i < layers.size(); ++i) {
        if (layers[i] != LayerKind::dropout) continue;
        const auto report = [&](PlacementRule rule) { issues.push_back({i + 1, rule}); };
        const auto next = next_of(i);
        if (std::none_of(layers.begin() + i, layers.end(), is_linear))
            report(PlacementRule::after_output);
        if (next == LayerKind::batch_norm) report(PlacementRule::before_batch_norm);
        if (next == LayerKind::sigmoid || next == LayerKind::tanh)
            report(PlacementRule::before_activation);
        if (next == LayerKind::dropout) report(PlacementRule::stacked);
    }
    return issues;
}

nn::Sequential make_mlp(const MlpSpec& spec, std::uint64_t seed) {
    check(spec);
    Rng rng{seed};
    nn::Sequential net;
    const std::size_t hidden_layers = spec.hidden_dropout.size();
    // the hidden layers
    for (std::size_t i = 0; i < hidden_layers; i++) {
        net.add(std::make_unique<nn::Linear>(spec.widths[i], spec.widths[i + 1], rng));
        add_activation(net, spec.hidden);
        const double p = spec.hidden_dropout[i];
        if (p > 0.0) { net.add(make_dropout(p, rng())); }
    }
    // the output layer
    net.add(std::make_unique<nn::Linear>(spec.widths[hidden_layers], spec.widths[hidden_layers + 1],
                                         rng));
    if (spec.output.has_value()) { add_activation(net, spec.output.value()); }
    return net;
}

}  // namespace lab
