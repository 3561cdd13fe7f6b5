// Diagnosis: negated
// subtracts λW: the penalty's gradient has the wrong sign.
#include "l2.h"

#include <cmath>

namespace lab {

using Array = Eigen::Array<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

double l2_penalty(const std::vector<const nn::Parameter*>& parameters, double lambda) {
    double penalty = 0;
    for (const auto& parameter : parameters) {
        if (!parameter->decays) continue;
        penalty += parameter->value.array().square().sum();
    }
    penalty *= lambda;
    penalty /= 2;
    return penalty;
}

void add_l2_gradient(const std::vector<nn::Parameter*>& parameters, double lambda) {
    for (const auto& parameter : parameters) {
        if (!parameter->decays) continue;
        parameter->grad.array() -= parameter->value.array() * static_cast<float>(lambda);
    }
}

void sgd_step(nn::Parameter& parameter, const SgdOptions& options) {
    Array g = parameter.grad.array();
    if (parameter.decays) g += float(options.weight_decay) * parameter.value.array();
    parameter.value.array() -= float(options.lr) * g;
}

void adam_step(nn::Parameter& parameter, AdamState& state, const AdamOptions& options) {
    auto& m = state.first_moment;
    auto& v = state.second_moment;
    auto& t = state.step;
    if (t == 0) {
        m = Matrix::Zero(parameter.grad.rows(), parameter.grad.cols());
        v = Matrix::Zero(parameter.grad.rows(), parameter.grad.cols());
    }
    t += 1;

    Array g = parameter.grad.array();
    if (parameter.decays) g += float(options.weight_decay) * parameter.value.array();

    m.array() = float(options.beta1) * m.array() + float(1 - options.beta1) * g;
    v.array() = float(options.beta2) * v.array() + float(1 - options.beta2) * g.square();
    const Array m_hat = m.array() / float(1 - std::pow(options.beta1, t));
    const Array v_hat = v.array() / float(1 - std::pow(options.beta2, t));
    parameter.value.array() -= float(options.lr) * m_hat / (v_hat.sqrt() + float(options.eps));
}

void adamw_step(nn::Parameter& parameter, AdamState& state, const AdamOptions& options) {
    auto& m = state.first_moment;
    auto& v = state.second_moment;
    auto& t = state.step;
    if (t == 0) {
        m = Matrix::Zero(parameter.grad.rows(), parameter.grad.cols());
        v = Matrix::Zero(parameter.grad.rows(), parameter.grad.cols());
    }
    t += 1;

    const Array g = parameter.grad.array();
    const float decay = parameter.decays ? options.weight_decay : 0.0;

    m.array() = float(options.beta1) * m.array() + float(1 - options.beta1) * g;
    v.array() = float(options.beta2) * v.array() + float(1 - options.beta2) * g.square();
    const Array m_hat = m.array() / float(1 - std::pow(options.beta1, t));
    const Array v_hat = v.array() / float(1 - std::pow(options.beta2, t));
    const Array update = m_hat / (v_hat.sqrt() + float(options.eps));
    parameter.value.array() -= float(options.lr) * (update + decay * parameter.value.array());
}

}  // namespace lab
