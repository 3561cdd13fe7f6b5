// Diagnosis: dropout_at_zero
// adds a dropout layer also where p is 0.
#include "placement.h"

#include <algorithm>
#include <functional>
#include <map>
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

using Maker = std::function<std::unique_ptr<nn::Layer>()>;

const std::map<LayerKind, Maker> activations = {
    {LayerKind::sigmoid, [] { return std::make_unique<nn::Sigmoid>(); }},
    {LayerKind::tanh, [] { return std::make_unique<nn::Tanh>(); }},
    {LayerKind::relu, [] { return std::make_unique<nn::ReLU>(); }},
};

bool is_probability(double p) { return p >= 0 && p <= 1; }

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
        const auto report = [&](PlacementRule rule) { issues.push_back({i, rule}); };
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
    if (spec.widths.size() < 2)
        throw std::invalid_argument("MlpSpec::widths has " + std::to_string(spec.widths.size()) +
                                    " entries");
    for (auto width : spec.widths)
        if (width < 1)
            throw std::invalid_argument("MlpSpec::widths has the entry " + std::to_string(width));
    if (spec.hidden_dropout.size() != spec.widths.size() - 2)
        throw std::invalid_argument("MlpSpec::hidden_dropout has " +
                                    std::to_string(spec.hidden_dropout.size()) + " entries");
    for (auto p : spec.hidden_dropout)
        if (!is_probability(p))
            throw std::invalid_argument("MlpSpec::hidden_dropout has the entry " +
                                        std::to_string(p));

    Rng rng(seed);
    nn::Sequential network;
    auto width = spec.widths.begin();
    auto p = spec.hidden_dropout.begin();
    while (width + 2 != spec.widths.end()) {
        network.add(std::make_unique<nn::Linear>(*width, *(width + 1), rng));
        network.add(activations.at(spec.hidden)());
        network.add(make_dropout(*p, rng()));
        ++width;
        ++p;
    }
    network.add(std::make_unique<nn::Linear>(*width, *(width + 1), rng));
    if (spec.output) network.add(activations.at(*spec.output)());
    return network;
}

}  // namespace lab
