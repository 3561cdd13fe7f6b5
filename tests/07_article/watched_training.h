// A training that is written down as it runs, and what it should have come to.
#pragma once

#include <array>
#include <cmath>
#include <functional>
#include <memory>

#include "article.h"
#include "judging.h"
#include "layers.h"
#include "nn/linear.h"
#include "nn/sigmoid.h"
#include "nn/tanh.h"

namespace lab::test::article {

// --- A network that keeps a diary ----------------------------------------------------------------

/// What a training did to the network, told by its first and its last layer.
struct Diary {
    std::vector<int> events;                  ///< 0 when a forward began, 1 when a backward ended
    std::vector<Matrix> inputs, outputs;      ///< of each forward
    std::vector<Matrix> grad_outputs;         ///< of each backward
    std::vector<int> leftovers;               ///< 1 when some grad was not 0 as a backward began
    std::vector<Modes> modes;                 ///< of all layers, at each forward
    std::vector<std::vector<Matrix>> values;  ///< the parameters' values, at each forward
    std::vector<std::vector<Matrix>> grads;   ///< their gradients, after each backward
};

/// What a test sees of a training.
struct Training {
    Diary diary;
    std::vector<double> sums;         ///< what each epoch returned
    std::vector<Matrix> finish;       ///< the parameters' values after the last epoch
    std::vector<std::int64_t> steps;  ///< of each state, after the last epoch
};

/// Hands everything on, and tells somebody.
class Gate : public nn::Layer {
public:
    using Watcher = std::function<void(const Matrix&)>;
    Gate(Watcher on_forward, Watcher on_backward)
        : on_forward_(std::move(on_forward)), on_backward_(std::move(on_backward)) {}
    Matrix forward(const Matrix& x) override {
        on_forward_(x);
        return x;
    }
    Matrix backward(const Matrix& grad_output) override {
        on_backward_(grad_output);
        return grad_output;
    }

private:
    Watcher on_forward_, on_backward_;
};

/// Dropout whose masks the test hands in: a row for each training forward.
class GivenMasks : public nn::Layer {
public:
    GivenMasks(Matrix masks, double p) : masks_(std::move(masks)), p_(p) {}
    Matrix forward(const Matrix& x) override {
        factor_ = Matrix::Ones(x.rows(), x.cols());
        if (training) {
            const Matrix mask = masks_.row(next_++ % masks_.rows());
            factor_ = mask.replicate(x.rows(), 1) / static_cast<float>(1 - p_);
        }
        return x.cwiseProduct(factor_);
    }
    Matrix backward(const Matrix& grad_output) override {
        return grad_output.cwiseProduct(factor_);
    }

private:
    Matrix masks_, factor_;
    double p_;
    Index next_ = 0;
};

/// Widths of a network with two hidden layers.
using Widths = std::array<Index, 4>;

/// Every parameter is a single number, so that the optimizer shows undisguised.
constexpr Widths thin{1, 1, 1, 1};
constexpr Widths wide{2, 4, 3, 2};

/// What a training starts from. The judge knows it too.
struct Setup {
    Widths widths;
    Index samples;
    int epochs;
    double p = 0;
    AdamOptions options = {.lr = 0.05, .beta1 = 0.8, .beta2 = 0.95, .eps = 0.01};
    bool biases_decay = false;

    Matrix x() const { return distinct_values(samples, widths[0], 1); }
    Matrix y() const { return distinct_values(samples, widths[3], 2); }
    Index steps() const { return samples * epochs; }
    /// Of the first or the second hidden layer; a row for each step.
    Matrix masks(unsigned layer) const {
        const Index units = widths[layer];
        return p > 0 ? mixed_mask(steps(), units, layer) : Matrix::Ones(steps(), units);
    }
    /// Weight, bias, weight, bias, …
    std::vector<Matrix> start() const {
        std::vector<Matrix> values;
        for (unsigned i = 0; i < 3; ++i) {
            values.push_back(0.25f * distinct_values(widths[i + 1], widths[i], 10 + i));
            values.push_back(0.25f * distinct_values(1, widths[i + 1], 20 + i));
        }
        return values;
    }
    bool decays(std::size_t parameter) const { return biases_decay || parameter % 2 == 0; }
};

inline std::vector<Matrix> values_of(nn::Layer& network) {
    std::vector<Matrix> values;
    for (const nn::Parameter* parameter : network.parameters()) values.push_back(parameter->value);
    return values;
}

inline std::vector<Matrix> grads_of(nn::Layer& network) {
    std::vector<Matrix> grads;
    for (const nn::Parameter* parameter : network.parameters()) grads.push_back(parameter->grad);
    return grads;
}

/// linear ─ sigmoid ─ masks ─ (linear ─ tanh) ─ masks ─ linear, between two gates that keep the
/// diary. Its gradients are no zeros at first: something came before.
class WatchedNetwork {
public:
    explicit WatchedNetwork(const Setup& setup) {
        Rng rng = input_rng(3);
        const auto& [inputs, first, second, outputs] = setup.widths;
        network.add(std::make_unique<Gate>([this](const Matrix& x) { forward_begins(x); },
                                           [this](const Matrix&) { backward_ends(); }));
        network.add(std::make_unique<nn::Linear>(inputs, first, rng));
        network.add(std::make_unique<nn::Sigmoid>());
        network.add(std::make_unique<GivenMasks>(setup.masks(1), setup.p));
        auto inner = std::make_unique<nn::Sequential>();
        inner->add(std::make_unique<nn::Linear>(first, second, rng));
        inner->add(std::make_unique<nn::Tanh>());
        network.add(std::move(inner));
        network.add(std::make_unique<GivenMasks>(setup.masks(2), setup.p));
        network.add(std::make_unique<nn::Linear>(second, outputs, rng));
        network.add(std::make_unique<Gate>([this](const Matrix& y) { diary.outputs.push_back(y); },
                                           [this](const Matrix& grad) { backward_begins(grad); }));
        const std::vector<Matrix> start = setup.start();
        const std::vector<nn::Parameter*> parameters = network.parameters();
        for (std::size_t k = 0; k < parameters.size(); ++k) {
            parameters[k]->value = start[k];
            parameters[k]->grad.setConstant(3.0f);
            parameters[k]->decays = setup.decays(k);
        }
    }
    WatchedNetwork(const WatchedNetwork&) = delete;
    WatchedNetwork& operator=(const WatchedNetwork&) = delete;

    nn::Sequential network;
    Diary diary;

private:
    void forward_begins(const Matrix& x) {
        diary.events.push_back(0);
        diary.inputs.push_back(x);
        diary.values.push_back(values_of(network));
        diary.modes.push_back(modes_of(network));
    }
    void backward_begins(const Matrix& grad_output) {
        diary.grad_outputs.push_back(grad_output);
        int left = 0;
        for (const Matrix& grad : grads_of(network)) left |= (grad.array() != 0.0f).any() ? 1 : 0;
        diary.leftovers.push_back(left);
    }
    void backward_ends() {
        diary.events.push_back(1);
        diary.grads.push_back(grads_of(network));
    }
};

/// Calls `function`. What it throws is another observation's business.
template <typename Function>
void call_only(Function function) {
    try {
        function();
    } catch (const NotWritten&) { throw; } catch (const std::exception&) {
    }
}

inline std::vector<std::int64_t> steps_of(const std::vector<AdamState>& states) {
    std::vector<std::int64_t> steps;
    for (const AdamState& state : states) steps.push_back(state.step);
    return steps;
}

inline Training train(const Setup& setup) {
    WatchedNetwork watched(setup);
    std::vector<AdamState> states;
    Training training;
    for (int epoch = 0; epoch < setup.epochs; ++epoch) {
        training.sums.push_back(
            train_epoch(watched.network, setup.x(), setup.y(), states, setup.options));
    }
    training.diary = std::move(watched.diary);
    training.finish = values_of(watched.network);
    training.steps = steps_of(states);
    return training;
}

}  // namespace lab::test::article

namespace lab::observe {
using test::article::Diary, test::article::Training;

template <>
struct Codec<Diary>
    : Members<Diary, &Diary::events, &Diary::inputs, &Diary::outputs, &Diary::grad_outputs,
              &Diary::leftovers, &Diary::modes, &Diary::values, &Diary::grads> {};
template <>
struct Codec<Training>
    : Members<Training, &Training::diary, &Training::sums, &Training::finish, &Training::steps> {};
}  // namespace lab::observe

namespace lab::test::article {

// --- What Adam would have made of the gradients --------------------------------------------------

/// A way to go wrong with the states and the options; all members false or 1: right.
struct Policy {
    bool fresh_each_epoch = false;
    bool fresh_each_step = false;
    bool one_state = false;          ///< for all parameters
    bool one_for_each_pair = false;  ///< a weight and its bias have one state
    bool previous_gradient = false;  ///< the step comes before backward
    bool default_options = false;    ///< all but weight_decay
    bool default_moments = false;    ///< beta1, beta2 and eps
    double lr = 0;                   ///< when it is not 0: fixed to that
    bool descent = false;            ///< SGD in Adam's place
    bool decoupled = false;          ///< AdamW
    bool all_decay = false;
    double decay = 1;
    bool weights_only = false;  ///< are stepped
    bool first_missed = false, last_missed = false;
    int repeated = 1;  ///< adam_step, for each backward
};

/// The values after each step, computed in double from the gradients of the diary.
inline std::vector<std::vector<Matrix>> replayed(const Setup& setup, const Diary& diary,
                                                 const Policy& policy) {
    struct Moments {
        Eigen::ArrayXXd m, v;
        int t = 0;
    };
    AdamOptions options = setup.options;
    if (policy.default_options) options = {.weight_decay = options.weight_decay};
    if (policy.default_moments) {
        options = {.lr = options.lr, .weight_decay = options.weight_decay};
    }
    if (policy.lr > 0) options.lr = policy.lr;
    const std::vector<Matrix> start = setup.start();
    std::vector<Eigen::ArrayXXd> now;
    for (const Matrix& value : start) now.push_back(value.cast<double>().array());
    std::vector<Moments> states(now.size());
    std::vector<std::vector<Matrix>> values;
    for (std::size_t t = 0; t < diary.grads.size(); ++t) {
        const bool epoch_begins = t % static_cast<std::size_t>(setup.samples) == 0;
        if (policy.fresh_each_step || (policy.fresh_each_epoch && epoch_begins)) {
            states.assign(now.size(), {});
        }
        for (std::size_t k = 0; k < now.size(); ++k) {
            const bool missed = (policy.weights_only && k % 2 == 1) ||
                                (policy.first_missed && k == 0) ||
                                (policy.last_missed && k + 1 == now.size());
            if (missed) continue;
            Moments& state = states[policy.one_state           ? 0
                                    : policy.one_for_each_pair ? k / 2 * 2
                                                               : k];
            for (int again = 0; again < policy.repeated; ++again) {
                Eigen::ArrayXXd g = Eigen::ArrayXXd::Zero(now[k].rows(), now[k].cols());
                if (!policy.previous_gradient) g = diary.grads[t][k].cast<double>().array();
                else if (t > 0) g = diary.grads[t - 1][k].cast<double>().array();
                const bool decays = setup.decays(k) || policy.all_decay;
                const double lambda = decays ? policy.decay * options.weight_decay : 0;
                if (policy.decoupled) now[k] *= 1 - options.lr * lambda;
                else g += lambda * now[k];
                if (policy.descent) {
                    now[k] -= options.lr * g;
                    continue;
                }
                if (state.t > 0 && (state.m.rows() != g.rows() || state.m.cols() != g.cols())) {
                    return {};  // nobody can have shared this state
                }
                if (state.t++ == 0) state.m = state.v = Eigen::ArrayXXd::Zero(g.rows(), g.cols());
                state.m = options.beta1 * state.m + (1 - options.beta1) * g;
                state.v = options.beta2 * state.v + (1 - options.beta2) * g.square();
                const Eigen::ArrayXXd m = state.m / (1 - std::pow(options.beta1, state.t));
                const Eigen::ArrayXXd v = state.v / (1 - std::pow(options.beta2, state.t));
                now[k] -= options.lr * m / (v.sqrt() + options.eps);
            }
        }
        std::vector<Matrix>& step = values.emplace_back();
        for (const Eigen::ArrayXXd& value : now) step.push_back(value.cast<float>().matrix());
    }
    return values;
}

/// Equal but for what some dozens of steps add up in rounding.
inline bool close(const Matrix& a, const Matrix& b) {
    return a.rows() == b.rows() && a.cols() == b.cols() &&
           ((a - b).array().abs() <= 1e-4f * b.array().abs().max(1.0f)).all();
}

inline bool close(const std::vector<Matrix>& a, const std::vector<Matrix>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](const Matrix& one, const Matrix& other) { return close(one, other); });
}

inline bool have_shapes_of(const std::vector<Matrix>& matrices, const std::vector<Matrix>& like) {
    return std::equal(matrices.begin(), matrices.end(), like.begin(), like.end(),
                      [](const Matrix& one, const Matrix& other) {
                          return one.rows() == other.rows() && one.cols() == other.cols();
                      });
}

/// The values after each step, as the diary has them: at the next step's forward.
inline std::vector<std::vector<Matrix>> values_after_steps(const Training& training) {
    std::vector<std::vector<Matrix>> values(training.diary.values.begin() + 1,
                                            training.diary.values.end());
    values.push_back(training.finish);
    return values;
}

/// Ends the judging block unless one forward and one backward were made for each step, in turn, and
/// the rest of the diary fits to that. What else may be wrong is for the caller to say.
inline void require_steps(const Setup& setup, const Training& training) {
    const Diary& diary = training.diary;
    const auto steps = static_cast<std::size_t>(setup.steps());
    std::vector<int> in_turn;
    for (std::size_t t = 0; t < steps; ++t) in_turn.insert(in_turn.end(), {0, 1});
    expect(diary.events == in_turn, "not one forward and one backward for each sample, in turn");
    REQUIRE(diary.events == in_turn);
    REQUIRE((diary.inputs.size() == steps && diary.outputs.size() == steps));
    REQUIRE((diary.grad_outputs.size() == steps && diary.leftovers.size() == steps));
    REQUIRE((diary.values.size() == steps && diary.grads.size() == steps));
    REQUIRE((diary.modes.size() == steps));
    REQUIRE(training.sums.size() == static_cast<std::size_t>(setup.epochs));
    const std::vector<Matrix> start = setup.start();
    for (std::size_t t = 0; t < steps; ++t) {
        REQUIRE((have_shapes_of(diary.values[t], start) && have_shapes_of(diary.grads[t], start)));
    }
    REQUIRE(have_shapes_of(training.finish, start));
}

/// Each step is Adam's, for the gradients that came.
inline void expect_adam(const Setup& setup, const Training& training) {
    const std::vector<std::vector<Matrix>> actual = values_after_steps(training);
    const auto is = [&](const Policy& policy) {
        const auto expected = replayed(setup, training.diary, policy);
        return std::equal(actual.begin(), actual.end(), expected.begin(), expected.end(),
                          [](const auto& one, const auto& other) { return close(one, other); });
    };
    if (is({})) return;
    const auto right = replayed(setup, training.diary, {});
    std::size_t step = 0;
    while (step + 1 < right.size() && close(actual[step], right[step])) ++step;
    std::size_t parameter = 0;
    while (parameter + 1 < right[step].size() &&
           close(actual[step][parameter], right[step][parameter])) {
        ++parameter;
    }
    const bool decays = setup.options.weight_decay > 0;
    const std::string whose = "Which state belongs to which parameter, and for how long?";
    expect(
        false,
        "after step " + std::to_string(step + 1) + ", parameter " + std::to_string(parameter) +
            " of " + std::to_string(right[step].size()) +
            " (from 0) is not what adam_step makes of it with the gradient of your backward",
        {{"states_recreated", is({.fresh_each_epoch = true}),
          "Every epoch starts from empty states. What does the caller keep `states` for?"},
         {"states_recreated", is({.fresh_each_step = true}),
          "Every step starts from empty states. How long does each of them have to live?"},
         {"states_shared", is({.one_state = true}), "All parameters have one state. " + whose},
         {"states_shared", is({.one_for_each_pair = true}),
          "A weight and its bias have one state. " + whose},
         {"weight_decay_ignored", decays && is({.decay = 0}),
          "Nothing decays. What becomes of options.weight_decay?"},
         {"decayed_twice", decays && is({.decay = 2}),
          "Everything decays twice as much. adam_step lets the weights decay: who else does?"},
         {"bias_decayed", decays && is({.all_decay = true}),
          "The biases decay as well. Whose flag is Parameter::decays?"},
         {"decays_ignored",
          decays && setup.biases_decay &&
              [&] {
                  Setup spared = setup;
                  spared.biases_decay = false;
                  const auto expected = replayed(spared, training.diary, {});
                  return std::equal(
                      actual.begin(), actual.end(), expected.begin(), expected.end(),
                      [](const auto& one, const auto& other) { return close(one, other); });
              }(),
          "The biases do not decay, though their flag `decays` says so. Whose flag is it?"},
         {"decoupled_for_coupled", decays && is({.decoupled = true}),
          "The decay is AdamW's. Which of lesson 06's steps does the article take?"},
         {"options_ignored", is({.default_options = true}),
          "lr, beta1, beta2 and eps are the defaults. What did the caller ask for?"},
         {"options_ignored",
          is({.lr = 0.005}) || is({.lr = 0.001}) || is({.default_moments = true, .lr = 0.005}),
          "lr is fixed. What did the caller ask for?"},
         {"options_ignored", is({.default_moments = true}),
          "beta1, beta2 and eps are the defaults. What did the caller ask for?"},
         {"sgd_for_adam", is({.descent = true}),
          "The step is SGD's. Which of lesson 06's steps does the article take?"},
         {"step_before_backward", is({.previous_gradient = true}),
          "Each step uses the gradient of the sample before. What comes first, backward or step?"},
         {"biases_not_stepped", is({.weights_only = true}),
          "The biases never move. Do they have to decay to be trained?"},
         {"parameter_missed", is({.first_missed = true}) || is({.last_missed = true}),
          "One parameter never moves. Where does your loop over the parameters begin and end?"},
         {"stepped_twice", is({.repeated = 2}), "Every parameter is stepped twice. By whom?"},
         {"wrong_step", true, "Which options and which state does each adam_step get?", true}});
    REQUIRE(is({}));
}

}  // namespace lab::test::article
