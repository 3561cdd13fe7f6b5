#pragma once

#include "lab.h"

namespace lab {

/// Draws one training step's dropout mask: 1 keeps a unit, 0 drops it.
///
/// Shape:  (rows, cols), one independent draw for each entry; rows or cols may be 0.
/// Units:  p is the probability of dropping, in [0, 1]; not a percentage. p = 0 keeps every unit
///         and p = 1 drops every unit, without exception.
/// Random: every draw comes from rng and moves it on. Two generators in the same state give the
///         same mask; the next call with the same generator gives another one.
/// Errors: std::invalid_argument when p is outside [0, 1] or NaN; the message holds p.
/// Source: Srivastava et al. 2014, whose p is the probability of keeping (our 1 - p).
Matrix bernoulli_mask(Index rows, Index cols, double p, Rng& rng);

}  // namespace lab
