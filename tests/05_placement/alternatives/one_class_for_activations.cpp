// Has its own activation class, one for all three kinds, in place of nn::Sigmoid and the others.
#include "placement.h"

#include <cmath>
#include <optional>
#include <stdexcept>
#include <string>

#include "nn/linear.h"
#include "train_eval.h"

namespace lab {

namespace {

class Activation : public nn::Layer {
public:
    explicit Activation(LayerKind kind) : kind_(kind) {}

    Matrix forward(const Matrix& x) override {
        if (kind_ == LayerKind::tanh) y_ = x.unaryExpr([](float v) { return std::tanh(v); });
        else if (kind_ == LayerKind::relu) y_ = x.cwiseMax(0.0F);
        else y_ = x.unaryExpr([](float v) { return 1 / (1 + std::exp(-v)); });
        return *y_;
    }

    Matrix backward(const Matrix& grad_output) override {
        if (!y_) throw std::logic_error("activation: backward before any forward");
        Matrix slope;
        if (kind_ == LayerKind::tanh) slope = y_->unaryExpr([](float y) { return 1 - y * y; });
        else if (kind_ == LayerKind::relu)
            slope = y_->unaryExpr([](float y) { return y > 0 ? 1.0F : 0.0F; });
        else slope = y_->unaryExpr([](float y) { return y * (1 - y); });
        return grad_output.cwiseProduct(slope);
    }

private:
    LayerKind kind_;
    std::optional<Matrix> y_;
};

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
    if (spec.widths.size() < 2) throw std::invalid_argument("widths needs 2 numbers or more");
    for (Index width : spec.widths) {
        if (width < 1)
            throw std::invalid_argument("widths needs numbers from 1 up, not " +
                                        std::to_string(width));
    }
    if (spec.hidden_dropout.size() != spec.widths.size() - 2) {
        throw std::invalid_argument("hidden_dropout needs " +
                                    std::to_string(spec.widths.size() - 2) + " numbers");
    }
    for (double p : spec.hidden_dropout) {
        if (p >= 0 && p <= 1) continue;
        throw std::invalid_argument("hidden_dropout needs numbers from 0 to 1, not " +
                                    std::to_string(p));
    }

    Rng rng(seed);
    nn::Sequential network;
    for (std::size_t i = 0; i < spec.hidden_dropout.size(); ++i) {
        network.add(std::make_unique<nn::Linear>(spec.widths[i], spec.widths[i + 1], rng));
        network.add(std::make_unique<Activation>(spec.hidden));
        if (spec.hidden_dropout[i] > 0) network.add(make_dropout(spec.hidden_dropout[i], rng()));
    }
    network.add(
        std::make_unique<nn::Linear>(spec.widths[spec.widths.size() - 2], spec.widths.back(), rng));
    if (spec.output) network.add(std::make_unique<Activation>(*spec.output));
    return network;
}

}  // namespace lab
