// adam_step adds the decay to grad and puts the old grad back at the end; so does sgd_step.
#include "l2.h"

#include <cmath>
#include <utility>

namespace lab {

namespace {

// A copy of a parameter's grad that is put back when it goes out of scope.
struct SavedGrad {
    nn::Parameter& parameter;
    Matrix saved = parameter.grad;
    ~SavedGrad() { parameter.grad = std::move(saved); }
};

}  // namespace

double l2_penalty(const std::vector<const nn::Parameter*>& parameters, double lambda) {
    double values[2] = {0, 0};  // what does not decay, what does
    for (const auto* p : parameters) values[p->decays] += p->value.squaredNorm();
    return lambda / 2 * values[true];
}

void add_l2_gradient(const std::vector<nn::Parameter*>& parameters, double lambda) {
    for (auto* p : parameters) {
        if (p->decays) p->grad += float(lambda) * p->value;
    }
}

void sgd_step(nn::Parameter& parameter, const SgdOptions& options) {
    const SavedGrad saved{parameter};
    add_l2_gradient({&parameter}, options.weight_decay);
    parameter.grad *= float(options.lr);
    parameter.value -= parameter.grad;
}

void adam_step(nn::Parameter& parameter, AdamState& state, const AdamOptions& options) {
    const SavedGrad saved{parameter};
    add_l2_gradient({&parameter}, options.weight_decay);
    if (state.step == 0) {
        state.first_moment = Matrix::Zero(parameter.grad.rows(), parameter.grad.cols());
        state.second_moment = Matrix::Zero(parameter.grad.rows(), parameter.grad.cols());
    }
    ++state.step;
    state.first_moment -= float(1 - options.beta1) * (state.first_moment - parameter.grad);
    parameter.grad = parameter.grad.cwiseProduct(parameter.grad).eval();
    state.second_moment -= float(1 - options.beta2) * (state.second_moment - parameter.grad);

    const double c1 = 1 - std::pow(options.beta1, state.step);
    const double c2 = 1 - std::pow(options.beta2, state.step);
    // Both sides of the fraction times √c2, as the paper does at the end of its section 2.
    const auto denominator =
        state.second_moment.array().sqrt() + float(options.eps * std::sqrt(c2));
    parameter.value.array() -=
        float(options.lr / c1 * std::sqrt(c2)) * (state.first_moment.array() / denominator);
}

void adamw_step(nn::Parameter& parameter, AdamState& state, const AdamOptions& options) {
    const Matrix before = parameter.value;
    AdamOptions adam = options;
    adam.weight_decay = 0;
    adam_step(parameter, state, adam);
    if (parameter.decays) parameter.value -= float(options.lr * options.weight_decay) * before;
}

}  // namespace lab
