#pragma once

#include <optional>

#include "nn/layer.h"

namespace lab::nn {

/// y = 1 / (1 + e^-x), entry by entry.
///
/// Shape:  (batch, features), kept.
/// Source: torch::nn::Sigmoid.
class Sigmoid : public Layer {
public:
    Matrix forward(const Matrix& x) override;
    Matrix backward(const Matrix& grad_output) override;

private:
    std::optional<Matrix> y_;  // of the last forward
};

}  // namespace lab::nn
