#include "l2.h"

#include <cmath>

namespace lab {

namespace {

/// The decay's strength for this parameter.
float decay_of(const nn::Parameter& parameter, double lambda) {
    return parameter.decays ? static_cast<float>(lambda) : 0.0F;
}

/// One step of Adam along `g`.
void adam_along(const Matrix& g, nn::Parameter& parameter, AdamState& state,
                const AdamOptions& options) {
    if (state.step == 0) {
        state.first_moment = Matrix::Zero(g.rows(), g.cols());
        state.second_moment = Matrix::Zero(g.rows(), g.cols());
    }
    ++state.step;
    const auto beta1 = static_cast<float>(options.beta1);
    const auto beta2 = static_cast<float>(options.beta2);
    state.first_moment = beta1 * state.first_moment + (1 - beta1) * g;
    state.second_moment = beta2 * state.second_moment + (1 - beta2) * g.cwiseAbs2();

    const auto t = static_cast<double>(state.step);
    const auto correction1 = static_cast<float>(1 - std::pow(options.beta1, t));
    const auto correction2 = static_cast<float>(1 - std::pow(options.beta2, t));
    const auto m = state.first_moment.array() / correction1;
    const auto v = state.second_moment.array() / correction2;
    parameter.value.array() -=
        static_cast<float>(options.lr) * m / (v.sqrt() + static_cast<float>(options.eps));
}

}  // namespace

double l2_penalty(const std::vector<const nn::Parameter*>& parameters, double lambda) {
    double sum = 0;
    for (const nn::Parameter* parameter : parameters) {
        if (parameter->decays) sum += parameter->value.cast<double>().squaredNorm();
    }
    return lambda / 2 * sum;
}

void add_l2_gradient(const std::vector<nn::Parameter*>& parameters, double lambda) {
    for (nn::Parameter* parameter : parameters) {
        parameter->grad += decay_of(*parameter, lambda) * parameter->value;
    }
}

void sgd_step(nn::Parameter& parameter, const SgdOptions& options) {
    const Matrix g = parameter.grad + decay_of(parameter, options.weight_decay) * parameter.value;
    parameter.value -= static_cast<float>(options.lr) * g;
}

void adam_step(nn::Parameter& parameter, AdamState& state, const AdamOptions& options) {
    adam_along(parameter.grad + decay_of(parameter, options.weight_decay) * parameter.value,
               parameter, state, options);
}

void adamw_step(nn::Parameter& parameter, AdamState& state, const AdamOptions& options) {
    const auto lr = static_cast<float>(options.lr);
    parameter.value *= 1 - lr * decay_of(parameter, options.weight_decay);
    adam_along(parameter.grad, parameter, state, options);
}

}  // namespace lab
