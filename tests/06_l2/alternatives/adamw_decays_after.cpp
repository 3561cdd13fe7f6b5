// AdamW decays after the step; SGD is one expression; the flag is a factor of 0 or 1.
#include "l2.h"

#include <cmath>

namespace lab {

double l2_penalty(const std::vector<const nn::Parameter*>& parameters, double lambda) {
    double sum = 0;
    for (auto p : parameters) sum += p->decays * p->value.cast<double>().array().square().sum();
    return lambda * sum * 0.5;
}

void add_l2_gradient(const std::vector<nn::Parameter*>& parameters, double lambda) {
    for (auto p : parameters) p->grad += p->value * static_cast<float>(p->decays * lambda);
}

void sgd_step(nn::Parameter& p, const SgdOptions& options) {
    p.value -= static_cast<float>(options.lr) *
               (p.grad + static_cast<float>(p.decays * options.weight_decay) * p.value);
}

namespace {

void step_along(nn::Parameter& p, Matrix g, AdamState& state, const AdamOptions& options) {
    auto& [m, v, t] = state;
    if (t++ == 0) m = v = Matrix::Zero(g.rows(), g.cols());
    m += static_cast<float>(1 - options.beta1) * (g - m);
    v += static_cast<float>(1 - options.beta2) * (g.cwiseAbs2() - v);
    const double m_scale = 1 / (1 - std::pow(options.beta1, t));
    const double v_scale = 1 / (1 - std::pow(options.beta2, t));
    const Matrix root = (v * static_cast<float>(v_scale)).cwiseSqrt();
    p.value.array() -= static_cast<float>(options.lr * m_scale) * m.array() /
                       (root.array() + static_cast<float>(options.eps));
}

}  // namespace

void adam_step(nn::Parameter& p, AdamState& state, const AdamOptions& options) {
    step_along(p, p.grad + static_cast<float>(p.decays * options.weight_decay) * p.value, state,
               options);
}

void adamw_step(nn::Parameter& p, AdamState& state, const AdamOptions& options) {
    step_along(p, p.grad, state, options);
    p.value -= static_cast<float>(p.decays * options.lr * options.weight_decay) * p.value;
}

}  // namespace lab
