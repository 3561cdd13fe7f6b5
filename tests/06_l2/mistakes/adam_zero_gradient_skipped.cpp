// Diagnosis: zero_gradient_skipped
// adam_step thinks that an entry without a gradient has nothing to do, and saves the work.
#include "l2.h"

#include <cmath>

namespace lab {

double l2_penalty(const std::vector<const nn::Parameter*>& parameters, double lambda) {
    double total = 0.0;
    for (std::size_t k = 0; k < parameters.size(); ++k) {
        const nn::Parameter& p = *parameters[k];
        if (!p.decays) continue;
        for (Index i = 0; i < p.value.size(); ++i) {
            const double w = p.value.data()[i];
            total += w * w;
        }
    }
    return 0.5 * lambda * total;
}

void add_l2_gradient(const std::vector<nn::Parameter*>& parameters, double lambda) {
    for (std::size_t k = 0; k < parameters.size(); ++k) {
        nn::Parameter& p = *parameters[k];
        if (!p.decays) continue;
        const float* w = p.value.data();
        float* g = p.grad.data();
        for (Index i = 0; i < p.value.size(); ++i) { g[i] += lambda * w[i]; }
    }
}

void sgd_step(nn::Parameter& parameter, const SgdOptions& options) {
    const double decay = parameter.decays ? options.weight_decay : 0;
    float* w = parameter.value.data();
    const float* grad = parameter.grad.data();
    for (Index i = 0; i < parameter.value.size(); ++i) {
        const double g = grad[i] + decay * w[i];
        w[i] -= options.lr * g;
    }
}

void adam_step(nn::Parameter& parameter, AdamState& state, const AdamOptions& options) {
    const Index n = parameter.value.size();
    if (state.first_moment.size() == 0) {
        state.first_moment = Matrix::Zero(parameter.value.rows(), parameter.value.cols());
        state.second_moment = Matrix::Zero(parameter.value.rows(), parameter.value.cols());
    }
    const long t = ++state.step;
    const double decay = parameter.decays ? options.weight_decay : 0;
    const double correction1 = 1 - std::pow(options.beta1, t);
    const double correction2 = 1 - std::pow(options.beta2, t);

    float* w = parameter.value.data();
    const float* grad = parameter.grad.data();
    float* m = state.first_moment.data();
    float* v = state.second_moment.data();
    for (Index i = 0; i < n; ++i) {
        const double g = grad[i] + decay * w[i];
        if (g == 0.0) continue;
        m[i] = options.beta1 * m[i] + (1 - options.beta1) * g;
        v[i] = options.beta2 * v[i] + (1 - options.beta2) * g * g;
        const double m_hat = m[i] / correction1;
        const double v_hat = v[i] / correction2;
        w[i] -= options.lr * m_hat / (std::sqrt(v_hat) + options.eps);
    }
}

void adamw_step(nn::Parameter& parameter, AdamState& state, const AdamOptions& options) {
    const Index n = parameter.value.size();
    if (state.first_moment.size() == 0) {
        state.first_moment = Matrix::Zero(parameter.value.rows(), parameter.value.cols());
        state.second_moment = Matrix::Zero(parameter.value.rows(), parameter.value.cols());
    }
    state.step = state.step + 1;
    const double lambda = parameter.decays ? options.weight_decay : 0;
    const double c1 = 1 - std::pow(options.beta1, state.step);
    const double c2 = 1 - std::pow(options.beta2, state.step);

    float* w = parameter.value.data();
    const float* g = parameter.grad.data();
    float* m = state.first_moment.data();
    float* v = state.second_moment.data();
    for (Index i = 0; i < n; ++i) {
        m[i] = options.beta1 * m[i] + (1 - options.beta1) * g[i];
        v[i] = options.beta2 * v[i] + (1 - options.beta2) * g[i] * g[i];
        const double update = m[i] / c1 / (std::sqrt(v[i] / c2) + options.eps);
        w[i] -= options.lr * (update + lambda * w[i]);
    }
}

}  // namespace lab
