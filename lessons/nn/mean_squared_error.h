#pragma once

#include "nn/loss.h"

namespace lab::nn {

/// The mean of (prediction - target)² over all entries.
///
/// Shape:  prediction and target are (batch, outputs), with at least one entry.
/// Errors: std::invalid_argument when the shapes differ, or there are no entries.
/// Source: torch::mse_loss with its default, the mean.
Loss mean_squared_error(const Matrix& prediction, const Matrix& target);

}  // namespace lab::nn
