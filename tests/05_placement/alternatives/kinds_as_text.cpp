// Writes the layers as text and searches it with the functions of std::string.
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

char letter(LayerKind kind) {
    switch (kind) {
        case LayerKind::linear:
            return 'L';
        case LayerKind::batch_norm:
            return 'B';
        case LayerKind::sigmoid:
            return 'S';
        case LayerKind::tanh:
            return 'T';
        case LayerKind::relu:
            return 'R';
        case LayerKind::dropout:
            return 'D';
    }
    return '?';
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

}  // namespace

std::vector<PlacementIssue> check_placement(const std::vector<LayerKind>& layers) {
    std::string text;
    for (LayerKind kind : layers) text += letter(kind);

    std::vector<PlacementIssue> issues;
    const auto report_all = [&](const std::string& pattern, PlacementRule rule) {
        for (auto at = text.find(pattern); at != std::string::npos;
             at = text.find(pattern, at + 1)) {
            issues.push_back({at, rule});
        }
    };
    report_all("DD", PlacementRule::stacked);
    report_all("DS", PlacementRule::before_activation);
    report_all("DT", PlacementRule::before_activation);
    report_all("DB", PlacementRule::before_batch_norm);
    for (auto at = text.find('D', text.rfind('L') + 1); at != std::string::npos;
         at = text.find('D', at + 1)) {
        issues.push_back({at, PlacementRule::after_output});
    }
    return issues;
}

nn::Sequential make_mlp(const MlpSpec& spec, std::uint64_t seed) {
    const auto quoted = [](const auto& value) { return "'" + std::to_string(value) + "'"; };
    if (spec.widths.size() < 2) throw std::invalid_argument("'widths' is too short");
    for (const Index width : spec.widths) {
        if (width < 1) throw std::invalid_argument("'widths' must not hold " + quoted(width));
    }
    if (spec.hidden_dropout.size() + 2 != spec.widths.size()) {
        throw std::invalid_argument("'hidden_dropout' must be two shorter than 'widths'");
    }
    for (const double p : spec.hidden_dropout) {
        if (!(p >= 0 && p <= 1))
            throw std::invalid_argument("'hidden_dropout' must not hold " + quoted(p));
    }

    // "LAD LAD LO" read from left to right
    Rng rng(seed);
    nn::Sequential network;
    std::size_t layer = 0;
    while (true) {
        network.add(std::make_unique<nn::Linear>(spec.widths[layer], spec.widths[layer + 1], rng));
        if (layer == spec.hidden_dropout.size()) break;
        network.add(make_activation(spec.hidden));
        if (spec.hidden_dropout[layer] > 0)
            network.add(make_dropout(spec.hidden_dropout[layer], rng()));
        ++layer;
    }
    if (spec.output) network.add(make_activation(*spec.output));
    return network;
}

}  // namespace lab
