// LibTorch's own answers, behind Eigen types. The only folder that includes torch.
#pragma once

#include "lab.h"

namespace lab::reference {

/// Loads what LibTorch loads lazily, so that the first check is as fast as the next; keeps LibTorch
/// to one thread, since a process with threads must not fork.
void load();

/// x · mask / (1-p), as torch::dropout computes it once its noise is drawn: x * noise with
/// noise = mask / (1-p). p == 1 gives zeros.
///
/// Shape: x, mask and the result are (batch, features).
Matrix dropout(const Matrix& x, const Matrix& mask, double p);

/// The gradient that LibTorch's autograd gives for the sum of grad_output · dropout(x, mask, p).
///
/// Shape: grad_output, mask and the result are (batch, features).
Matrix dropout_gradient(const Matrix& grad_output, const Matrix& mask, double p);

}  // namespace lab::reference
