// std::pow in float with a float t, the penalty summed in float; one function takes both kinds of
// decay.
#include "l2.h"

#include <cmath>

namespace lab {

static void adam_general(nn::Parameter& parameter, AdamState& state, const AdamOptions& options,
                         float l2, float decoupled) {
    if (state.step == 0) {
        state.first_moment = Matrix::Zero(parameter.value.rows(), parameter.value.cols());
        state.second_moment = state.first_moment;
    }
    state.step++;
    const float t = state.step, lr = options.lr, eps = options.eps;
    const float beta1 = options.beta1, beta2 = options.beta2;
    const float correction1 = 1.0f - std::pow(beta1, t);
    const float correction2 = 1.0f - std::pow(beta2, t);
    for (Index r = 0; r < parameter.value.rows(); r++) {
        for (Index c = 0; c < parameter.value.cols(); c++) {
            float& w = parameter.value(r, c);
            float& m = state.first_moment(r, c);
            float& v = state.second_moment(r, c);
            const float g = parameter.grad(r, c) + l2 * w;
            m = beta1 * m + (1.0f - beta1) * g;
            v = beta2 * v + (1.0f - beta2) * g * g;
            w = w - lr * (m / correction1) / (std::sqrt(v / correction2) + eps) - decoupled * w;
        }
    }
}

double l2_penalty(const std::vector<const nn::Parameter*>& parameters, double lambda) {
    float sum = 0;
    for (std::size_t i = 0; i < parameters.size(); i++) {
        for (Index r = 0; r < parameters[i]->value.rows(); r++) {
            for (Index c = 0; c < parameters[i]->value.cols(); c++) {
                const float w = parameters[i]->decays ? parameters[i]->value(r, c) : 0.0f;
                sum += w * w;
            }
        }
    }
    return lambda / 2 * sum;
}

void add_l2_gradient(const std::vector<nn::Parameter*>& parameters, double lambda) {
    for (std::size_t i = 0; i < parameters.size(); i++) {
        if (parameters[i]->decays == false) continue;
        parameters[i]->grad = parameters[i]->grad + (float)lambda * parameters[i]->value;
    }
}

void sgd_step(nn::Parameter& parameter, const SgdOptions& options) {
    float lr = options.lr, l2 = options.weight_decay;
    if (parameter.decays == false) l2 = 0;
    parameter.value = parameter.value - lr * parameter.grad - lr * l2 * parameter.value;
}

void adam_step(nn::Parameter& parameter, AdamState& state, const AdamOptions& options) {
    adam_general(parameter, state, options, parameter.decays ? options.weight_decay : 0, 0);
}

void adamw_step(nn::Parameter& parameter, AdamState& state, const AdamOptions& options) {
    const float decoupled = parameter.decays ? options.lr * options.weight_decay : 0;
    adam_general(parameter, state, options, 0, decoupled);
}

}  // namespace lab
