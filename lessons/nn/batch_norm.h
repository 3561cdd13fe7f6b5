#pragma once

#include <optional>

#include "nn/layer.h"

namespace lab::nn {

/// Normalizes each feature, then scales it by γ and shifts it by β, which are learned:
/// y = γ · (x - mean) / √(variance + ε) + β.
///
/// In training, mean and variance are the batch's own, and the running ones move a tenth of the way
/// towards them; in evaluation, the running ones are used. So the layer, like dropout, does
/// different things in the two modes.
///
/// Shape:  x and y are (batch, features); γ, β, mean and variance (1, features).
/// Errors: std::invalid_argument for a training batch of fewer than 2 samples, which has no
///         variance.
/// Source: Ioffe and Szegedy 2015; torch::nn::BatchNorm1d with its defaults. There too, the batch
///         is normalized by the variance that divides by n, and the running one divides by n - 1.
class BatchNorm : public Layer {
public:
    /// γ = 1, β = 0, running mean 0, running variance 1.
    explicit BatchNorm(Index features);

    Matrix forward(const Matrix& x) override;
    Matrix backward(const Matrix& grad_output) override;
    std::vector<Parameter*> parameters() override { return {&gamma_, &beta_}; }

    const Matrix& running_mean() const { return running_mean_; }
    const Matrix& running_variance() const { return running_variance_; }

private:
    static constexpr float epsilon = 1e-5F;
    static constexpr float momentum = 0.1F;

    Parameter gamma_;
    Parameter beta_;
    Matrix running_mean_;
    Matrix running_variance_;

    // Of the last forward:
    std::optional<Matrix> normalized_;
    Matrix deviation_;  // √(variance + ε)
    bool by_batch_ = false;
};

}  // namespace lab::nn
