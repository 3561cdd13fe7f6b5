#pragma once

#include "lab.h"

namespace lab {

/// The gradient of the loss with respect to dropout's input, for the forward pass
/// y = x · mask / (1-p).
///
/// Shape:  grad_output, mask and the result are all (batch, features); either may be 0.
/// Units:  grad_output is ∂L/∂y; mask and p are those of the forward pass: 1 kept, 0 dropped, p the
///         probability of dropping, in [0, 1]. p = 1 drops everything: the gradient is all zeros.
/// Errors: std::invalid_argument when p is outside [0, 1] or NaN (the message holds p), and when
///         mask has another shape than grad_output (the message holds both shapes).
/// Source: the chain rule, entry by entry: ∂L/∂x = ∂L/∂y · ∂y/∂x.
Matrix dropout_backward(const Matrix& grad_output, const Matrix& mask, double p);

}  // namespace lab
