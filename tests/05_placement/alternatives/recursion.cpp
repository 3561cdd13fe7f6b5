// Both functions call themselves for the rest of the layers.
#include "placement.h"

#include <span>
#include <stdexcept>
#include <string>

#include "nn/linear.h"
#include "nn/relu.h"
#include "nn/sigmoid.h"
#include "nn/tanh.h"
#include "train_eval.h"

namespace lab {

namespace {

// The issues of `rest`, whose first layer has the index `at`. Says whether it holds a linear layer.
bool check_rest(std::span<const LayerKind> rest, std::size_t at,
                std::vector<PlacementIssue>& issues) {
    if (rest.empty()) return false;
    const bool linear_later = check_rest(rest.subspan(1), at + 1, issues);
    if (rest.front() == LayerKind::linear) return true;
    if (rest.front() != LayerKind::dropout) return linear_later;

    if (!linear_later) issues.push_back({at, PlacementRule::after_output});
    if (rest.size() == 1) return false;
    if (rest[1] == LayerKind::batch_norm) issues.push_back({at, PlacementRule::before_batch_norm});
    if (rest[1] == LayerKind::sigmoid) issues.push_back({at, PlacementRule::before_activation});
    if (rest[1] == LayerKind::tanh) issues.push_back({at, PlacementRule::before_activation});
    if (rest[1] == LayerKind::dropout) issues.push_back({at, PlacementRule::stacked});
    return linear_later;
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

void add_from(std::size_t i, const MlpSpec& spec, Rng& rng, nn::Sequential& network) {
    network.add(std::make_unique<nn::Linear>(spec.widths[i], spec.widths[i + 1], rng));
    if (i == spec.hidden_dropout.size()) return;
    network.add(make_activation(spec.hidden));
    if (spec.hidden_dropout[i] > 0) network.add(make_dropout(spec.hidden_dropout[i], rng()));
    add_from(i + 1, spec, rng, network);
}

}  // namespace

std::vector<PlacementIssue> check_placement(const std::vector<LayerKind>& layers) {
    std::vector<PlacementIssue> issues;
    check_rest(layers, 0, issues);
    return issues;
}

nn::Sequential make_mlp(const MlpSpec& spec, std::uint64_t seed) {
    if (spec.widths.size() < 2) throw std::invalid_argument("widths: at least 2 needed");
    for (Index width : spec.widths) {
        if (width < 1) throw std::invalid_argument("widths: got " + std::to_string(width));
    }
    if (spec.hidden_dropout.size() != spec.widths.size() - 2) {
        throw std::invalid_argument("hidden_dropout: " + std::to_string(spec.widths.size() - 2) +
                                    " needed");
    }
    for (double p : spec.hidden_dropout) {
        if (!(p >= 0 && p <= 1))
            throw std::invalid_argument("hidden_dropout: got " + std::to_string(p));
    }
    Rng rng(seed);
    nn::Sequential network;
    add_from(0, spec, rng, network);
    if (spec.output) network.add(make_activation(*spec.output));
    return network;
}

}  // namespace lab
