// Diagnosis: nan_slips_through
// p < 0 || p > 1 is false for NaN, and NaN > 0 too: no layer and no error.
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
    const int n = static_cast<int>(layers.size());
    int last_linear = -1;
    for (int i = 0; i < n; ++i) {
        if (layers[i] == LayerKind::linear) last_linear = i;
    }

    std::vector<PlacementIssue> issues;
    for (int i = 0; i < n; ++i) {
        if (layers[i] == LayerKind::dropout && i > last_linear) {
            issues.push_back(
                PlacementIssue{static_cast<std::size_t>(i), PlacementRule::after_output});
        }
    }
    for (int i = 0; i < n - 1; ++i) {
        if (layers[i] != LayerKind::dropout) continue;
        PlacementIssue issue;
        issue.layer = i;
        if (layers[i + 1] == LayerKind::batch_norm) {
            issue.rule = PlacementRule::before_batch_norm;
        } else if (layers[i + 1] == LayerKind::sigmoid || layers[i + 1] == LayerKind::tanh) {
            issue.rule = PlacementRule::before_activation;
        } else if (layers[i + 1] == LayerKind::dropout) {
            issue.rule = PlacementRule::stacked;
        } else {
            continue;
        }
        issues.push_back(issue);
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
        require(!(p < 0 || p > 1), "hidden_dropout must be in [0, 1], got " + std::to_string(p));
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
