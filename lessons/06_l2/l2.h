#pragma once

#include <vector>

#include "nn/layer.h"

namespace lab {

/// The penalty that joins the loss: (λ/2) · Σ ‖W‖², summed over the entries of all parameters that
/// decay. It is not divided by anything.
///
/// Units:  lambda ≥ 0. A parameter with decays == false (a bias) does not count.
/// Source: Goodfellow, Bengio, Courville, "Deep Learning" (2016), section 7.1.1.
double l2_penalty(const std::vector<const nn::Parameter*>& parameters, double lambda);

/// Adds the penalty's gradient, λW, to the grad of each parameter that decays. No value changes.
void add_l2_gradient(const std::vector<nn::Parameter*>& parameters, double lambda);

/// For all three steps below: they change parameter.value by one step against parameter.grad, and
/// leave grad as it is. A parameter with decays == false is stepped as if weight_decay were 0.

struct SgdOptions {
    double lr = 1e-2;
    double weight_decay = 0;
};

/// g = grad + λW;  W ← W - lr · g
///
/// Units:  λ is weight_decay.
/// Source: torch::optim::SGD without momentum.
void sgd_step(nn::Parameter& parameter, const SgdOptions& options);

struct AdamOptions {
    double lr = 1e-3;
    double beta1 = 0.9;
    double beta2 = 0.999;
    double eps = 1e-8;
    double weight_decay = 0;
};

/// What Adam remembers of one parameter from step to step. Starts empty: the first step gives the
/// moments their shape, filled with 0.
struct AdamState {
    Matrix first_moment;   ///< m
    Matrix second_moment;  ///< v
    long step = 0;         ///< t: how many steps were taken
};

/// Coupled: the decay joins the gradient and runs through both moments.
///
/// g = grad + λW;  t ← t + 1;  m ← β1·m + (1-β1)·g;  v ← β2·v + (1-β2)·g²
/// W ← W - lr · m̂ / (√v̂ + ε)  with  m̂ = m/(1-β1ᵗ), v̂ = v/(1-β2ᵗ), entry by entry
///
/// Units:  λ is weight_decay, ε is eps.
/// Source: Kingma and Ba 2015, algorithm 1; torch::optim::Adam.
void adam_step(nn::Parameter& parameter, AdamState& state, const AdamOptions& options);

/// Decoupled: W ← W - lr · λ · W, and Adam's step with the gradient alone (λ = 0). Either may come
/// first; LibTorch decays first.
///
/// Source: Loshchilov and Hutter 2019, "Decoupled Weight Decay Regularization";
///         torch::optim::AdamW.
void adamw_step(nn::Parameter& parameter, AdamState& state, const AdamOptions& options);

}  // namespace lab
