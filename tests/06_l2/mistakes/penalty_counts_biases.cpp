// Diagnosis: bias_penalized
// the penalty also counts the parameters that do not decay.
#include "l2.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace lab {

namespace {

double effective_decay(const nn::Parameter& parameter, double weight_decay) {
    return parameter.decays ? weight_decay : 0.0;
}

void prepare(AdamState& state, const Matrix& like) {
    if (state.step > 0) return;
    state.first_moment = Matrix::Zero(like.rows(), like.cols());
    state.second_moment = Matrix::Zero(like.rows(), like.cols());
}

void update_moments(AdamState& state, const Matrix& g, const AdamOptions& options) {
    prepare(state, g);
    ++state.step;
    const double beta1 = options.beta1;
    const double beta2 = options.beta2;
    std::transform(g.data(), g.data() + g.size(), state.first_moment.data(),
                   state.first_moment.data(),
                   [=](float gi, float mi) { return beta1 * mi + (1 - beta1) * gi; });
    std::transform(g.data(), g.data() + g.size(), state.second_moment.data(),
                   state.second_moment.data(),
                   [=](float gi, float vi) { return beta2 * vi + (1 - beta2) * gi * gi; });
}

Matrix adam_direction(const AdamState& state, const AdamOptions& options) {
    const double correction1 = 1 - std::pow(options.beta1, state.step);
    const double correction2 = 1 - std::pow(options.beta2, state.step);
    return state.first_moment.binaryExpr(state.second_moment, [&](float mi, float vi) {
        const double m_hat = mi / correction1;
        const double v_hat = vi / correction2;
        return static_cast<float>(m_hat / (std::sqrt(v_hat) + options.eps));
    });
}

}  // namespace

double l2_penalty(const std::vector<const nn::Parameter*>& parameters, double lambda) {
    const double sum = std::accumulate(parameters.begin(), parameters.end(), 0.0,
                                       [](double total, const nn::Parameter* p) {
                                           const float* begin = p->value.data();
                                           const float* end = begin + p->value.size();
                                           return std::inner_product(begin, end, begin, total);
                                       });
    return lambda * sum / 2;
}

void add_l2_gradient(const std::vector<nn::Parameter*>& parameters, double lambda) {
    std::for_each(parameters.begin(), parameters.end(), [lambda](nn::Parameter* p) {
        const double strength = effective_decay(*p, lambda);
        std::transform(p->value.data(), p->value.data() + p->value.size(), p->grad.data(),
                       p->grad.data(), [=](float w, float g) { return g + strength * w; });
    });
}

void sgd_step(nn::Parameter& parameter, const SgdOptions& options) {
    const double decay = effective_decay(parameter, options.weight_decay);
    const double lr = options.lr;
    std::transform(parameter.value.data(), parameter.value.data() + parameter.value.size(),
                   parameter.grad.data(), parameter.value.data(),
                   [=](float w, float g) { return w - lr * (g + decay * w); });
}

void adam_step(nn::Parameter& parameter, AdamState& state, const AdamOptions& options) {
    const float decay = effective_decay(parameter, options.weight_decay);
    const Matrix g = parameter.grad + decay * parameter.value;
    update_moments(state, g, options);
    parameter.value -= static_cast<float>(options.lr) * adam_direction(state, options);
}

void adamw_step(nn::Parameter& parameter, AdamState& state, const AdamOptions& options) {
    const double decay = effective_decay(parameter, options.weight_decay);
    update_moments(state, parameter.grad, options);
    parameter.value *= static_cast<float>(1 - options.lr * decay);
    parameter.value -= static_cast<float>(options.lr) * adam_direction(state, options);
}

}  // namespace lab
