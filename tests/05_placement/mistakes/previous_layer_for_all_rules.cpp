// Diagnosis: previous_layer
// looks at the layer before the dropout instead of the one after it.
#include "placement.h"

#include <algorithm>
#include <optional>
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

void require(bool condition, const std::string& message) {
    if (!condition) throw std::invalid_argument(message);
}

std::unique_ptr<nn::Sequential> hidden_block(Index in, Index out, LayerKind kind, double p,
                                             Rng& rng) {
    auto block = std::make_unique<nn::Sequential>();
    block->add(std::make_unique<nn::Linear>(in, out, rng));
    block->add(make_activation(kind));
    if (p > 0) block->add(make_dropout(p, rng()));
    return block;
}

}  // namespace

std::vector<PlacementIssue> check_placement(const std::vector<LayerKind>& layers) {
    std::vector<PlacementIssue> issues;
    const auto previous_of = [&](std::size_t i) -> std::optional<LayerKind> {
        if (i == 0) return std::nullopt;
        return layers[i - 1];
    };
    const auto is_linear = [](LayerKind kind) { return kind == LayerKind::linear; };

    for (std::size_t i = 0; i < layers.size(); ++i) {
        if (layers[i] != LayerKind::dropout) continue;
        const auto report = [&](PlacementRule rule) { issues.push_back({i, rule}); };
        const auto previous = previous_of(i);
        if (std::none_of(layers.begin() + i, layers.end(), is_linear))
            report(PlacementRule::after_output);
        if (previous == LayerKind::batch_norm) report(PlacementRule::before_batch_norm);
        if (previous == LayerKind::sigmoid || previous == LayerKind::tanh)
            report(PlacementRule::before_activation);
        if (previous == LayerKind::dropout) report(PlacementRule::stacked);
    }
    return issues;
}

nn::Sequential make_mlp(const MlpSpec& spec, std::uint64_t seed) {
    require(spec.widths.size() >= 2, "widths must have two or more numbers");
    for (const Index width : spec.widths) {
        require(width >= 1, "widths must be positive, got " + std::to_string(width));
    }
    require(spec.hidden_dropout.size() == spec.widths.size() - 2,
            "hidden_dropout has " + std::to_string(spec.hidden_dropout.size()) +
                " numbers, expected " + std::to_string(spec.widths.size() - 2));
    for (const double p : spec.hidden_dropout) {
        require(p >= 0 && p <= 1, "hidden_dropout must be in [0, 1], got " + std::to_string(p));
    }

    Rng rng(seed);
    nn::Sequential network;
    std::size_t i = 0;
    for (const double p : spec.hidden_dropout) {
        network.add(hidden_block(spec.widths[i], spec.widths[i + 1], spec.hidden, p, rng));
        ++i;
    }
    network.add(std::make_unique<nn::Linear>(spec.widths[i], spec.widths[i + 1], rng));
    if (spec.output) network.add(make_activation(*spec.output));
    return network;
}

}  // namespace lab
