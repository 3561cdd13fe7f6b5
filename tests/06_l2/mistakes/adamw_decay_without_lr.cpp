// Diagnosis: decay_without_lr
// W ← W - λW: the factor lr is missing.
#include "l2.h"

#include <cmath>

namespace lab {

namespace {

// Adam's step along g. Whether g holds the decay is up to the caller.
void adam_update(nn::Parameter& parameter, AdamState& state, const AdamOptions& options,
                 const Matrix& g) {
    if (state.step == 0) {
        state.first_moment.setZero(g.rows(), g.cols());
        state.second_moment.setZero(g.rows(), g.cols());
    }
    state.step++;
    const float b1 = options.beta1;
    const float b2 = options.beta2;
    state.first_moment = b1 * state.first_moment + (1 - b1) * g;
    state.second_moment = b2 * state.second_moment + (1 - b2) * g.cwiseProduct(g);
    const Matrix m_hat = state.first_moment / (1 - std::pow(b1, state.step));
    const Matrix v_hat = state.second_moment / (1 - std::pow(b2, state.step));
    const float lr = options.lr;
    const float eps = options.eps;
    parameter.value.array() -= lr * m_hat.array() / (v_hat.array().sqrt() + eps);
}

}  // namespace

double l2_penalty(const std::vector<const nn::Parameter*>& parameters, double lambda) {
    double sum = 0;
    for (const nn::Parameter* parameter : parameters) {
        if (parameter->decays) { sum += parameter->value.squaredNorm(); }
    }
    return lambda / 2 * sum;
}

void add_l2_gradient(const std::vector<nn::Parameter*>& parameters, double lambda) {
    const float l = lambda;
    for (nn::Parameter* parameter : parameters) {
        if (parameter->decays) { parameter->grad += l * parameter->value; }
    }
}

void sgd_step(nn::Parameter& parameter, const SgdOptions& options) {
    const float lr = options.lr;
    const float decay = parameter.decays ? options.weight_decay : 0.0;
    const Matrix g = parameter.grad + decay * parameter.value;
    parameter.value -= lr * g;
}

void adam_step(nn::Parameter& parameter, AdamState& state, const AdamOptions& options) {
    Matrix g = parameter.grad;
    if (parameter.decays) { g += static_cast<float>(options.weight_decay) * parameter.value; }
    adam_update(parameter, state, options, g);
}

void adamw_step(nn::Parameter& parameter, AdamState& state, const AdamOptions& options) {
    if (parameter.decays) {
        const float shrink = options.weight_decay;
        parameter.value -= shrink * parameter.value;
    }
    adam_update(parameter, state, options, parameter.grad);
}

}  // namespace lab
