// Diagnosis: input_overwritten
// takes a reference to grad, so the decay stays in it after the step.
#include "l2.h"

#include <cmath>

// After torch/csrc/api/src/optim: in place, one operation a line.

namespace lab {

double l2_penalty(const std::vector<const nn::Parameter*>& parameters, double lambda) {
    double result = 0;
    for (const auto* p : parameters) {
        if (p->decays) { result += 0.5 * lambda * p->value.cwiseAbs2().sum(); }
    }
    return result;
}

void add_l2_gradient(const std::vector<nn::Parameter*>& parameters, double lambda) {
    for (auto* p : parameters) {
        if (p->decays) { p->grad.noalias() += p->value * static_cast<float>(lambda); }
    }
}

void sgd_step(nn::Parameter& p, const SgdOptions& options) {
    Matrix& d_p = p.grad;
    if (options.weight_decay != 0 && p.decays) {
        d_p += p.value * static_cast<float>(options.weight_decay);
    }
    p.value += d_p * static_cast<float>(-options.lr);
}

void adam_step(nn::Parameter& p, AdamState& state, const AdamOptions& options) {
    Matrix grad = p.grad;
    if (options.weight_decay != 0 && p.decays) {
        grad += p.value * static_cast<float>(options.weight_decay);
    }

    Matrix& exp_avg = state.first_moment;
    Matrix& exp_avg_sq = state.second_moment;
    if (exp_avg.size() == 0) {
        exp_avg.setZero(p.value.rows(), p.value.cols());
        exp_avg_sq.setZero(p.value.rows(), p.value.cols());
    }
    state.step += 1;

    exp_avg *= static_cast<float>(options.beta1);
    exp_avg += grad * static_cast<float>(1 - options.beta1);
    exp_avg_sq *= static_cast<float>(options.beta2);
    exp_avg_sq += grad.cwiseProduct(grad) * static_cast<float>(1 - options.beta2);

    const double bias_correction1 = 1 - std::pow(options.beta1, state.step);
    const double bias_correction2 = 1 - std::pow(options.beta2, state.step);
    Matrix denom = exp_avg_sq.cwiseSqrt();
    denom /= static_cast<float>(std::sqrt(bias_correction2));
    denom.array() += static_cast<float>(options.eps);
    const double step_size = options.lr / bias_correction1;
    p.value -= static_cast<float>(step_size) * exp_avg.cwiseQuotient(denom);
}

void adamw_step(nn::Parameter& p, AdamState& state, const AdamOptions& options) {
    if (options.weight_decay != 0 && p.decays) {
        p.value *= static_cast<float>(1 - options.lr * options.weight_decay);
    }

    Matrix& exp_avg = state.first_moment;
    Matrix& exp_avg_sq = state.second_moment;
    if (exp_avg.size() == 0) {
        exp_avg.setZero(p.value.rows(), p.value.cols());
        exp_avg_sq.setZero(p.value.rows(), p.value.cols());
    }
    state.step += 1;

    exp_avg *= static_cast<float>(options.beta1);
    exp_avg += p.grad * static_cast<float>(1 - options.beta1);
    exp_avg_sq *= static_cast<float>(options.beta2);
    exp_avg_sq += p.grad.cwiseProduct(p.grad) * static_cast<float>(1 - options.beta2);

    const double bias_correction1 = 1 - std::pow(options.beta1, state.step);
    const double bias_correction2 = 1 - std::pow(options.beta2, state.step);
    Matrix denom = exp_avg_sq.cwiseSqrt();
    denom /= static_cast<float>(std::sqrt(bias_correction2));
    denom.array() += static_cast<float>(options.eps);
    const double step_size = options.lr / bias_correction1;
    p.value -= static_cast<float>(step_size) * exp_avg.cwiseQuotient(denom);
}

}  // namespace lab
