// Diagnosis: decay_in_one_moment
// v averages the square of the bare gradient, only m sees the decay.
#include <cmath>

#include "l2.h"

namespace lab {

double l2_penalty(const std::vector<const nn::Parameter*>& parameters, double lambda) {
    double penalty = 0;
    for (const auto* p : parameters) {
        if (p->decays) {
            for (Index row = 0; row < p->value.rows(); row++) {
                for (Index col = 0; col < p->value.cols(); col++) {
                    penalty += lambda / 2.0 * p->value(row, col) * p->value(row, col);
                }
            }
        }
    }
    return penalty;
}

void add_l2_gradient(const std::vector<nn::Parameter*>& parameters, double lambda) {
    for (auto* p : parameters) {
        if (p->decays) {
            for (Index row = 0; row < p->value.rows(); row++) {
                for (Index col = 0; col < p->value.cols(); col++) {
                    p->grad(row, col) += static_cast<float>(lambda * p->value(row, col));
                }
            }
        }
    }
}

void sgd_step(nn::Parameter& parameter, const SgdOptions& options) {
    for (Index row = 0; row < parameter.value.rows(); row++) {
        for (Index col = 0; col < parameter.value.cols(); col++) {
            float g = parameter.grad(row, col);
            if (parameter.decays) {
                g += static_cast<float>(options.weight_decay) * parameter.value(row, col);
            }
            parameter.value(row, col) -= static_cast<float>(options.lr) * g;
        }
    }
}

void adam_step(nn::Parameter& parameter, AdamState& state, const AdamOptions& options) {
    const Index rows = parameter.value.rows();
    const Index cols = parameter.value.cols();
    if (state.step == 0) {
        state.first_moment = Matrix::Zero(rows, cols);
        state.second_moment = Matrix::Zero(rows, cols);
    }
    ++state.step;
    const double bias1 = 1.0 - std::pow(options.beta1, static_cast<double>(state.step));
    const double bias2 = 1.0 - std::pow(options.beta2, static_cast<double>(state.step));
    for (Index row = 0; row < rows; row++) {
        for (Index col = 0; col < cols; col++) {
            double g = parameter.grad(row, col);
            if (parameter.decays) { g += options.weight_decay * parameter.value(row, col); }
            double m = state.first_moment(row, col);
            double v = state.second_moment(row, col);
            m = options.beta1 * m + (1.0 - options.beta1) * g;
            v = options.beta2 * v +
                (1.0 - options.beta2) * parameter.grad(row, col) * parameter.grad(row, col);
            state.first_moment(row, col) = static_cast<float>(m);
            state.second_moment(row, col) = static_cast<float>(v);
            const double step = options.lr * (m / bias1) / (std::sqrt(v / bias2) + options.eps);
            parameter.value(row, col) -= static_cast<float>(step);
        }
    }
}

void adamw_step(nn::Parameter& parameter, AdamState& state, const AdamOptions& options) {
    if (parameter.decays) {
        parameter.value *= static_cast<float>(1.0 - options.lr * options.weight_decay);
    }
    AdamOptions without_decay = options;
    without_decay.weight_decay = 0;
    adam_step(parameter, state, without_decay);
}

}  // namespace lab
