// Diagnosis: dropout_misplaced
// hidden_dropout is read one too late: layer i gets the p of layer i + 1.
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
    std::vector<PlacementIssue> result;
    auto it = std::find(layers.begin(), layers.end(), LayerKind::dropout);
    while (it != layers.end()) {
        const std::size_t index = it - layers.begin();
        const auto next = it + 1;
        if (std::find(next, layers.end(), LayerKind::linear) == layers.end()) {
            result.push_back({index, PlacementRule::after_output});
        }
        if (next != layers.end()) {
            if (*next == LayerKind::batch_norm) {
                result.push_back({index, PlacementRule::before_batch_norm});
            } else if (*next == LayerKind::sigmoid || *next == LayerKind::tanh) {
                result.push_back({index, PlacementRule::before_activation});
            } else if (*next == LayerKind::dropout) {
                result.push_back({index, PlacementRule::stacked});
            }
        }
        it = std::find(next, layers.end(), LayerKind::dropout);
    }
    return result;
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
            const std::size_t k = std::min(i + 1, spec.hidden_dropout.size() - 1);
            if (spec.hidden_dropout[k] > 0)
                network.add(make_dropout(spec.hidden_dropout[k], rng()));
        }
    }
    if (spec.output) network.add(make_activation(*spec.output));
    return network;
}

}  // namespace lab
