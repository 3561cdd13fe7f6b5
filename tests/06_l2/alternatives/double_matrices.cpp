// Column-major double matrices; a helper returns the direction, the caller makes the step.
#include "l2.h"

#include <cmath>

namespace lab {

namespace {

double lambda_for(const nn::Parameter& parameter, double lambda) {
    if (parameter.decays) return lambda;
    return 0;
}

/// m̂ / (√v̂ + ε), after the moments have taken in g.
Eigen::MatrixXd direction(const Eigen::MatrixXd& g, AdamState& state, const AdamOptions& options) {
    if (state.step++ == 0) {
        state.first_moment = Matrix::Zero(g.rows(), g.cols());
        state.second_moment = Matrix::Zero(g.rows(), g.cols());
    }
    const Eigen::MatrixXd m =
        options.beta1 * state.first_moment.cast<double>() + (1 - options.beta1) * g;
    const Eigen::MatrixXd v =
        options.beta2 * state.second_moment.cast<double>() + (1 - options.beta2) * g.cwiseAbs2();
    state.first_moment = m.cast<float>();
    state.second_moment = v.cast<float>();

    const Eigen::MatrixXd m_hat = m / (1 - std::pow(options.beta1, state.step));
    const Eigen::MatrixXd v_hat = v / (1 - std::pow(options.beta2, state.step));
    return m_hat.array() / (v_hat.array().sqrt() + options.eps);
}

}  // namespace

double l2_penalty(const std::vector<const nn::Parameter*>& parameters, double lambda) {
    double squares = 0;
    for (const auto* parameter : parameters) {
        const Eigen::MatrixXd w = parameter->value.cast<double>();
        if (parameter->decays) squares += w.squaredNorm();
    }
    return lambda * squares / 2;
}

void add_l2_gradient(const std::vector<nn::Parameter*>& parameters, double lambda) {
    for (auto* parameter : parameters) {
        const Eigen::MatrixXd w = parameter->value.cast<double>();
        const Eigen::MatrixXd penalty_grad = lambda_for(*parameter, lambda) * w;
        parameter->grad += penalty_grad.cast<float>();
    }
}

void sgd_step(nn::Parameter& parameter, const SgdOptions& options) {
    const Eigen::MatrixXd w = parameter.value.cast<double>();
    const Eigen::MatrixXd g =
        parameter.grad.cast<double>() + lambda_for(parameter, options.weight_decay) * w;
    parameter.value = (w - options.lr * g).cast<float>();
}

void adam_step(nn::Parameter& parameter, AdamState& state, const AdamOptions& options) {
    const Eigen::MatrixXd w = parameter.value.cast<double>();
    const Eigen::MatrixXd g =
        parameter.grad.cast<double>() + lambda_for(parameter, options.weight_decay) * w;
    parameter.value = (w - options.lr * direction(g, state, options)).cast<float>();
}

void adamw_step(nn::Parameter& parameter, AdamState& state, const AdamOptions& options) {
    Eigen::MatrixXd w = parameter.value.cast<double>();
    w -= options.lr * lambda_for(parameter, options.weight_decay) * w;
    w -= options.lr * direction(parameter.grad.cast<double>(), state, options);
    parameter.value = w.cast<float>();
}

}  // namespace lab
