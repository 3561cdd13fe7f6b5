// Diagnosis: dropouts_share_a_seed
// all dropouts get the same seed.
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
            if (spec.hidden_dropout[i] > 0) network.add(make_dropout(spec.hidden_dropout[i], seed));
        }
    }
    if (spec.output) network.add(make_activation(*spec.output));
    return network;
}

}  // namespace lab
