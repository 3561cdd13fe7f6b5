// Diagnosis: before_batch_norm_missed
// before_batch_norm is never reported.
#include "placement.h"

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <string>

#include "nn/linear.h"
#include "nn/relu.h"
#include "nn/sigmoid.h"
#include "nn/tanh.h"
#include "train_eval.h"

namespace lab {

namespace {

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
        if (layers[i + 1] == LayerKind::sigmoid || layers[i + 1] == LayerKind::tanh) {
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
    Rng masks(seed ^ 0x9e3779b97f4a7c15ULL);
    std::vector<LayerPtr> layers;
    for (std::size_t i = 1; i < w.size(); ++i) {
        layers.push_back(std::make_unique<nn::Linear>(w[i - 1], w[i], weights));
        const bool is_last = i == w.size() - 1;
        if (is_last) break;
        layers.push_back(activation(spec.hidden));
        const auto mask_seed = masks();
        if (ps[i - 1] > 0) layers.push_back(make_dropout(ps[i - 1], mask_seed));
    }
    if (spec.output) layers.push_back(activation(*spec.output));

    nn::Sequential network;
    for (auto& layer : layers) network.add(std::move(layer));
    return network;
}

}  // namespace lab
