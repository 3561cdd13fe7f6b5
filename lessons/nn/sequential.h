#pragma once

#include <memory>

#include "nn/layer.h"

namespace lab::nn {

/// Layers one after another: each one's output is the next one's input. It may hold a Sequential.
///
///     nn::Sequential network;
///     network.add(std::make_unique<nn::Linear>(1, 3, rng));
///     network.add(std::make_unique<nn::Sigmoid>());
///
/// It can be moved and not copied; a moved layer's parameters stay where they are.
class Sequential : public Layer {
public:
    /// Appends a layer, as it is: its training flag too.
    ///
    /// Errors: std::invalid_argument when there is none (nullptr).
    void add(std::unique_ptr<Layer> layer);

    Matrix forward(const Matrix& x) override;
    Matrix backward(const Matrix& grad_output) override;
    std::vector<Parameter*> parameters() override;
    std::vector<Layer*> children() override;

private:
    std::vector<std::unique_ptr<Layer>> layers_;
};

}  // namespace lab::nn
