// Diagnosis: norm_not_squared
// ‖W‖ instead of ‖W‖²: the norm is not squared.
#include <cmath>

#include "l2.h"

namespace lab {

// Kingma and Ba, end of section 2: the corrections moved into the step size.
static void adam_core(nn::Parameter& p, AdamState& s, const AdamOptions& o, double coupled) {
    if (s.first_moment.size() == 0) {
        s.first_moment.setZero(p.value.rows(), p.value.cols());
        s.second_moment.setZero(p.value.rows(), p.value.cols());
    }
    const double t = static_cast<double>(++s.step);
    const double root2 = std::sqrt(1 - std::pow(o.beta2, t));
    const double alpha = o.lr * root2 / (1 - std::pow(o.beta1, t));
    const double eps_hat = o.eps * root2;

    for (Index i = 0; i < p.value.size(); ++i) {
        float& w = p.value.data()[i];
        float& m = s.first_moment.data()[i];
        float& v = s.second_moment.data()[i];
        const double g = p.grad.data()[i] + coupled * w;
        m = float(o.beta1 * m + (1 - o.beta1) * g);
        v = float(o.beta2 * v + (1 - o.beta2) * g * g);
        w = float(w - alpha * m / (std::sqrt(v) + eps_hat));
    }
}

double l2_penalty(const std::vector<const nn::Parameter*>& parameters, double lambda) {
    double sum = 0;
    for (const nn::Parameter* p : parameters) {
        const double norm = p->decays ? p->value.cast<double>().norm() : 0.0;
        sum += norm;
    }
    return 0.5 * lambda * sum;
}

void add_l2_gradient(const std::vector<nn::Parameter*>& parameters, double lambda) {
    for (nn::Parameter* p : parameters) {
        const float strength = p->decays ? float(lambda) : 0.0f;
        p->grad = p->grad + strength * p->value;
    }
}

void sgd_step(nn::Parameter& p, const SgdOptions& o) {
    const double lambda = p.decays ? o.weight_decay : 0.0;
    p.value = float(1 - o.lr * lambda) * p.value - float(o.lr) * p.grad;
}

void adam_step(nn::Parameter& p, AdamState& s, const AdamOptions& o) {
    adam_core(p, s, o, p.decays ? o.weight_decay : 0.0);
}

void adamw_step(nn::Parameter& p, AdamState& s, const AdamOptions& o) {
    if (p.decays) p.value *= float(1 - o.lr * o.weight_decay);
    adam_core(p, s, o, 0.0);
}

}  // namespace lab
