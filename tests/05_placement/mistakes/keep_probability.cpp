// Diagnosis: p_of_keeping
// passes 1 - p to make_dropout, the probability of keeping.
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

void require(bool condition, const std::string& message) {
    if (!condition) throw std::invalid_argument(message);
}

std::unique_ptr<nn::Sequential> hidden_block(Index in, Index out, LayerKind kind, double p,
                                             Rng& rng) {
    auto block = std::make_unique<nn::Sequential>();
    block->add(std::make_unique<nn::Linear>(in, out, rng));
    block->add(make_activation(kind));
    if (p > 0) block->add(make_dropout(1 - p, rng()));
    return block;
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
