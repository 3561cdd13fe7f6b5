#pragma once

#include <optional>

#include "nn/layer.h"

namespace lab::nn {

/// y = x · Wᵀ + b, the fully connected layer.
///
/// Shape:  x is (batch, inputs), W (outputs, inputs), b (1, outputs), y (batch, outputs).
/// Source: torch::nn::Linear, which stores W the same way and draws W and b from the same range.
class Linear : public Layer {
public:
    /// Draws W and b uniformly from -1/√inputs to 1/√inputs.
    ///
    /// Errors: std::invalid_argument when inputs or outputs is below 1; the message holds both.
    Linear(Index inputs, Index outputs, Rng& rng);

    Matrix forward(const Matrix& x) override;
    Matrix backward(const Matrix& grad_output) override;
    std::vector<Parameter*> parameters() override { return {&weight_, &bias_}; }

private:
    Parameter weight_;
    Parameter bias_;
    std::optional<Matrix> x_;  // of the last forward
};

}  // namespace lab::nn
