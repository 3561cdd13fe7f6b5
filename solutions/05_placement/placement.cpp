#include "placement.h"

#include <algorithm>
#include <stdexcept>
#include <string>

#include "nn/linear.h"
#include "nn/relu.h"
#include "nn/sigmoid.h"
#include "nn/tanh.h"
#include "train_eval.h"

namespace lab {

namespace {

std::unique_ptr<nn::Layer> make_activation(LayerKind kind, const std::string& field) {
    switch (kind) {
        case LayerKind::sigmoid:
            return std::make_unique<nn::Sigmoid>();
        case LayerKind::tanh:
            return std::make_unique<nn::Tanh>();
        case LayerKind::relu:
            return std::make_unique<nn::ReLU>();
        default:
            throw std::invalid_argument{field + " has to be sigmoid, tanh or relu"};
    }
}

void require_legal(const MlpSpec& spec) {
    const std::vector<Index>& widths = spec.widths;
    const std::vector<double>& hidden_dropout = spec.hidden_dropout;
    if (widths.size() < 2) {
        throw std::invalid_argument{"widths has to hold at least 2 numbers, but holds " +
                                    std::to_string(widths.size())};
    }
    for (const Index width : widths) {
        if (width >= 1) continue;
        throw std::invalid_argument{"widths have to be at least 1, but one is " +
                                    std::to_string(width)};
    }
    if (hidden_dropout.size() != widths.size() - 2) {
        throw std::invalid_argument{"hidden_dropout has to hold " +
                                    std::to_string(widths.size() - 2) + " numbers, but holds " +
                                    std::to_string(hidden_dropout.size())};
    }
    for (const double p : hidden_dropout) {
        if (p >= 0 && p <= 1) continue;  // NaN does not get past this
        throw std::invalid_argument{"hidden_dropout has to be between 0 and 1, but got " +
                                    std::to_string(p)};
    }
}

}  // namespace

std::vector<PlacementIssue> check_placement(const std::vector<LayerKind>& layers) {
    std::vector<PlacementIssue> issues;
    for (std::size_t i = 0; i < layers.size(); ++i) {
        if (layers[i] != LayerKind::dropout) continue;
        if (std::find(layers.begin() + i, layers.end(), LayerKind::linear) == layers.end()) {
            issues.push_back({i, PlacementRule::after_output});
        }
        if (i + 1 == layers.size()) continue;
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
            case LayerKind::relu:  // relu(x · c) = relu(x) · c for every c ≥ 0
            case LayerKind::linear:
                break;
        }
    }
    return issues;
}

nn::Sequential make_mlp(const MlpSpec& spec, std::uint64_t seed) {
    require_legal(spec);
    Rng rng(seed);
    nn::Sequential network;
    const std::size_t last = spec.widths.size() - 2;
    for (std::size_t i = 0; i <= last; ++i) {
        network.add(std::make_unique<nn::Linear>(spec.widths[i], spec.widths[i + 1], rng));
        if (i == last) break;
        network.add(make_activation(spec.hidden, "hidden"));
        if (spec.hidden_dropout[i] > 0) network.add(make_dropout(spec.hidden_dropout[i], rng()));
    }
    if (spec.output) network.add(make_activation(*spec.output, "output"));
    return network;
}

}  // namespace lab
