// Computes with one struct for each entry and assigns a whole new AdamState and value at the end.
#include "l2.h"

#include <cmath>
#include <vector>

namespace lab {

namespace {

struct Entry {
    double w, m, v;
};

Entry advance(Entry e, double g, long t, const AdamOptions& o) {
    e.m = e.m * o.beta1 + g * (1 - o.beta1);
    e.v = e.v * o.beta2 + g * g * (1 - o.beta2);
    const double m_hat = e.m / (1 - std::pow(o.beta1, t));
    const double v_hat = e.v / (1 - std::pow(o.beta2, t));
    e.w -= o.lr * m_hat / (std::sqrt(v_hat) + o.eps);
    return e;
}

Matrix like(const Matrix& shape, const std::vector<Entry>& entries, double Entry::*member) {
    Matrix result(shape.rows(), shape.cols());
    for (std::size_t i = 0; i < entries.size(); ++i) {
        result.data()[i] = static_cast<float>(entries[i].*member);
    }
    return result;
}

std::vector<Entry> entries_of(const nn::Parameter& parameter, const AdamState& state) {
    std::vector<Entry> entries;
    for (Index i = 0; i < parameter.value.size(); ++i) {
        const bool first = state.step == 0;
        entries.push_back({parameter.value.data()[i], first ? 0.0 : state.first_moment.data()[i],
                           first ? 0.0 : state.second_moment.data()[i]});
    }
    return entries;
}

void store(const std::vector<Entry>& entries, nn::Parameter& parameter, AdamState& state) {
    parameter.value = like(parameter.grad, entries, &Entry::w);
    state = AdamState{like(parameter.grad, entries, &Entry::m),
                      like(parameter.grad, entries, &Entry::v), state.step + 1};
}

}  // namespace

double l2_penalty(const std::vector<const nn::Parameter*>& parameters, double lambda) {
    // Compensated summation (Kahan).
    double sum = 0;
    double lost = 0;
    for (const nn::Parameter* parameter : parameters) {
        for (Index i = 0; parameter->decays && i < parameter->value.size(); ++i) {
            const double w = parameter->value.data()[i];
            const double term = w * w - lost;
            const double next = sum + term;
            lost = (next - sum) - term;
            sum = next;
        }
    }
    return 0.5 * sum * lambda;
}

void add_l2_gradient(const std::vector<nn::Parameter*>& parameters, double lambda) {
    for (nn::Parameter* parameter : parameters) {
        for (Index i = 0; parameter->decays && i < parameter->value.size(); ++i) {
            parameter->grad.data()[i] += lambda * parameter->value.data()[i];
        }
    }
}

void sgd_step(nn::Parameter& parameter, const SgdOptions& options) {
    const double keep = parameter.decays ? 1 - options.lr * options.weight_decay : 1;
    for (Index i = 0; i < parameter.value.size(); ++i) {
        parameter.value.data()[i] *= keep;
        parameter.value.data()[i] -= options.lr * parameter.grad.data()[i];
    }
}

void adam_step(nn::Parameter& parameter, AdamState& state, const AdamOptions& options) {
    std::vector<Entry> entries = entries_of(parameter, state);
    for (std::size_t i = 0; i < entries.size(); ++i) {
        double g = parameter.grad.data()[i];
        if (parameter.decays) g += options.weight_decay * entries[i].w;
        entries[i] = advance(entries[i], g, state.step + 1, options);
    }
    store(entries, parameter, state);
}

void adamw_step(nn::Parameter& parameter, AdamState& state, const AdamOptions& options) {
    std::vector<Entry> entries = entries_of(parameter, state);
    for (std::size_t i = 0; i < entries.size(); ++i) {
        entries[i] = advance(entries[i], parameter.grad.data()[i], state.step + 1, options);
        if (parameter.decays) entries[i].w *= 1 - options.lr * options.weight_decay;
    }
    store(entries, parameter, state);
}

}  // namespace lab
