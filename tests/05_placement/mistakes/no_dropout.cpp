// Diagnosis: no_dropout
// checks hidden_dropout and then forgets to build the dropouts.
#include "placement.h"

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <string>

#include "nn/linear.h"
#include "nn/relu.h"
#include "nn/sigmoid.h"
#include "nn/tanh.h"

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

using LayerPtr = std::unique_ptr<nn::Layer>;

LayerPtr activation(LayerKind kind) {
    if (kind == LayerKind::sigmoid) return std::make_unique<nn::Sigmoid>();
    if (kind == LayerKind::tanh) return std::make_unique<nn::Tanh>();
    return std::make_unique<nn::ReLU>();
}

[[noreturn]] void fail(const std::string& field, const std::string& why) {
    throw std::invalid_argument("make_mlp: " + field + " " + why);
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
    const auto& w = spec.widths;
    const auto& ps = spec.hidden_dropout;
    if (w.size() < 2) fail("widths", "has fewer than two entries");
    const auto bad_width = std::find_if(w.begin(), w.end(), [](Index n) { return n < 1; });
    if (bad_width != w.end())
        fail("widths", "holds " + std::to_string(*bad_width) + ", legal is 1 or more");
    if (ps.size() + 2 != w.size()) fail("hidden_dropout", "has the wrong length");
    const auto bad_p =
        std::find_if_not(ps.begin(), ps.end(), [](double p) { return 0 <= p && p <= 1; });
    if (bad_p != ps.end())
        fail("hidden_dropout", "holds " + std::to_string(*bad_p) + ", legal is [0, 1]");

    Rng weights(seed);
    std::vector<LayerPtr> layers;
    for (std::size_t i = 1; i < w.size(); ++i) {
        layers.push_back(std::make_unique<nn::Linear>(w[i - 1], w[i], weights));
        const bool is_last = i == w.size() - 1;
        if (is_last) break;
        layers.push_back(activation(spec.hidden));
    }
    if (spec.output) layers.push_back(activation(*spec.output));

    nn::Sequential network;
    for (auto& layer : layers) network.add(std::move(layer));
    return network;
}

}  // namespace lab
