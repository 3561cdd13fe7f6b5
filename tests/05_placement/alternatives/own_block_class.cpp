// A hidden layer is a class of its own, a Layer with children; the issues come sorted from a set.
#include "placement.h"

#include <algorithm>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>

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

class HiddenLayer : public nn::Layer {
public:
    HiddenLayer(Index inputs, Index outputs, LayerKind activation, double p, Rng& rng)
        : linear_(inputs, outputs, rng), activation_(make_activation(activation)) {
        if (p > 0) dropout_ = make_dropout(p, rng());
    }

    Matrix forward(const Matrix& x) override {
        Matrix y = activation_->forward(linear_.forward(x));
        return dropout_ ? dropout_->forward(y) : y;
    }

    Matrix backward(const Matrix& grad_output) override {
        Matrix grad = dropout_ ? dropout_->backward(grad_output) : grad_output;
        return linear_.backward(activation_->backward(grad));
    }

    std::vector<nn::Parameter*> parameters() override { return linear_.parameters(); }

    std::vector<nn::Layer*> children() override {
        std::vector<nn::Layer*> all{&linear_, activation_.get()};
        if (dropout_) all.push_back(dropout_.get());
        return all;
    }

private:
    nn::Linear linear_;
    std::unique_ptr<nn::Layer> activation_;
    std::unique_ptr<nn::Layer> dropout_;  // none where p is 0
};

}  // namespace

std::vector<PlacementIssue> check_placement(const std::vector<LayerKind>& layers) {
    std::set<std::pair<std::size_t, PlacementRule>> found;
    for (std::size_t i = 0; i < layers.size(); ++i) {
        if (layers[i] != LayerKind::dropout) continue;
        if (std::count(layers.begin() + i, layers.end(), LayerKind::linear) == 0) {
            found.emplace(i, PlacementRule::after_output);
        }
        // from the neighbour's side
        if (i > 0 && layers[i - 1] == LayerKind::dropout) found.emplace(i, PlacementRule::stacked);
    }
    for (std::size_t i = 1; i < layers.size(); ++i) {
        if (layers[i - 1] != LayerKind::dropout) continue;
        if (layers[i] == LayerKind::batch_norm)
            found.emplace(i - 1, PlacementRule::before_batch_norm);
        if (layers[i] == LayerKind::sigmoid || layers[i] == LayerKind::tanh) {
            found.emplace(i - 1, PlacementRule::before_activation);
        }
    }
    std::vector<PlacementIssue> issues;
    for (const auto& [layer, rule] : found) issues.push_back({layer, rule});
    return issues;
}

nn::Sequential make_mlp(const MlpSpec& spec, std::uint64_t seed) {
    if (spec.widths.size() < 2) throw std::invalid_argument("spec.widths: fewer than 2");
    for (Index width : spec.widths) {
        if (width < 1)
            throw std::invalid_argument("spec.widths: " + std::to_string(width) + " < 1");
    }
    if (spec.hidden_dropout.size() != spec.widths.size() - 2) {
        throw std::invalid_argument("spec.hidden_dropout: not one for each hidden layer");
    }
    for (double p : spec.hidden_dropout) {
        if (p >= 0 && p <= 1) continue;
        throw std::invalid_argument("spec.hidden_dropout: " + std::to_string(p) + " not in [0, 1]");
    }
    Rng rng(seed);
    nn::Sequential network;
    for (std::size_t i = 0; i < spec.hidden_dropout.size(); ++i) {
        network.add(std::make_unique<HiddenLayer>(spec.widths[i], spec.widths[i + 1], spec.hidden,
                                                  spec.hidden_dropout[i], rng));
    }
    network.add(std::make_unique<nn::Linear>(spec.widths.end()[-2], spec.widths.end()[-1], rng));
    if (spec.output) network.add(make_activation(*spec.output));
    return network;
}

}  // namespace lab
