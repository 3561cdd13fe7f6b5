#pragma once

#include "lab.h"

namespace lab {

/// Applies inverted dropout to a batch: dropped units become 0, kept ones are scaled by 1/(1-p), so
/// that the expected output is x and evaluation needs no scaling at all.
///
/// Shape:  x, mask and the result are all (batch, features); batch or features may be 0.
/// Units:  mask holds 1 for a kept unit and 0 for a dropped one; p is the probability of dropping
///         with which the mask was drawn, in [0, 1]. The scale depends on p alone, not on how many
///         units this mask happens to keep. p = 1 drops everything: the result is all zeros.
/// Errors: std::invalid_argument when p is outside [0, 1] or NaN (the message holds p), and when
///         mask has another shape than x (the message holds both shapes).
/// Source: Srivastava et al. 2014, section 10, in the "inverted" form that PyTorch computes.
Matrix dropout_forward(const Matrix& x, const Matrix& mask, double p);

}  // namespace lab
