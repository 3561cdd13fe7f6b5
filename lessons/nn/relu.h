#pragma once

#include <optional>

#include "nn/layer.h"

namespace lab::nn {

/// y = max(x, 0), entry by entry.
///
/// Shape:  (batch, features), kept.
/// Source: torch::nn::ReLU, whose slope at x = 0 is 0 as well.
class ReLU : public Layer {
public:
    Matrix forward(const Matrix& x) override;
    Matrix backward(const Matrix& grad_output) override;

private:
    std::optional<Matrix> y_;  // of the last forward
};

}  // namespace lab::nn
