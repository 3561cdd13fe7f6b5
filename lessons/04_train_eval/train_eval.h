#pragma once

#include <cstdint>
#include <memory>

#include "nn/layer.h"

namespace lab {

/// A dropout layer, with a random generator of its own.
///
/// forward:  in training, draws a new mask and returns x · mask / (1-p); in evaluation, returns x
///           as it is and draws nothing.
/// backward: the gradient of the last forward, whatever the mode is by now: with that forward's
///           mask, or grad_output as it is when that forward was in evaluation mode.
///
/// Shape:  forward and backward keep (batch, features); the next forward may have another shape.
/// Units:  p is the probability of dropping, in [0, 1]. Equal seeds give equal sequences of masks,
///         other seeds independent ones.
/// Errors: make_dropout throws std::invalid_argument when p is outside [0, 1] or NaN (the message
///         holds p); backward throws std::logic_error before any forward.
/// Source: torch::nn::Dropout.
std::unique_ptr<nn::Layer> make_dropout(double p, std::uint64_t seed);

/// Switches `root` and all of its descendants to training (true) or evaluation (false).
///
/// Source: torch::nn::Module::train, which finds descendants as this does: by children().
void set_training(nn::Layer& root, bool training);

/// The network's output in evaluation mode. Afterwards each layer is in the mode in which it was
/// before, which need not be the same for all; also when forward throws, whose exception goes on to
/// the caller.
///
/// Shape:  x is (batch, inputs), the result (batch, outputs).
Matrix predict(nn::Layer& network, const Matrix& x);

}  // namespace lab
