#include <cmath>
#include <functional>

#include "judging.h"
#include "l2.h"
#include "reference.h"

namespace lab::test {
namespace {

using reference::Optimizer;
using reference::OptimizerOptions;
using reference::WeightAndBias;

// --- The penalty ---------------------------------------------------------------------------------

/// Two weights with a bias between them. Each has a gradient already.
std::vector<nn::Parameter> some_parameters() {
    return {{"weight", distinct_values(3, 4, 0), distinct_values(3, 4, 10), true},
            {"bias", distinct_values(1, 5, 1), distinct_values(1, 5, 11), false},
            {"weight", distinct_values(5, 2, 2), distinct_values(5, 2, 12), true}};
}

std::vector<const nn::Parameter*> pointers(const std::vector<nn::Parameter>& parameters) {
    std::vector<const nn::Parameter*> result;
    for (const nn::Parameter& parameter : parameters) result.push_back(&parameter);
    return result;
}

std::vector<nn::Parameter*> pointers(std::vector<nn::Parameter>& parameters) {
    std::vector<nn::Parameter*> result;
    for (nn::Parameter& parameter : parameters) result.push_back(&parameter);
    return result;
}

double squares(const Matrix& matrix) { return matrix.cast<double>().squaredNorm(); }

bool near(double a, double b) {
    return std::abs(a - b) <= 2e-5 * std::max(std::abs(a), std::abs(b));
}

TEST_CASE("the penalty is (λ/2)·Σ‖W‖² over the weights, not the biases", "[06][weight=2]") {
    const double lambda = GENERATE(0.3, 0.02, 2.5);

    const auto penalty = observe(
        call("l2_penalty({weight 3×4, bias 1×5, weight 5×2}, lambda)", "lambda", lambda), [&] {
            const std::vector<nn::Parameter> parameters = some_parameters();
            return l2_penalty(pointers(parameters), lambda);
        });
    const auto again = observe(call("the same once more", "lambda", lambda), [&] {
        const std::vector<nn::Parameter> parameters = some_parameters();
        return l2_penalty(pointers(parameters), lambda);
    });

    judge([&] {
        const std::vector<nn::Parameter> parameters = some_parameters();
        const Matrix &first = parameters[0].value, &bias = parameters[1].value,
                     &last = parameters[2].value;
        const double sum = squares(first) + squares(last);
        const double right = lambda / 2 * sum;
        const auto is = [&](double value) { return near(*penalty, value); };
        const double absolute = first.cwiseAbs().sum() + last.cwiseAbs().sum();
        const std::string half =
            "Take the derivative of your penalty by one weight: is it λ times the weight?";
        const std::string mean =
            "The penalty is divided by a number of entries, of parameters or of rows. Should a "
            "larger network weigh less?";
        const auto entries = static_cast<double>(first.size() + last.size());
        bool divided = false;
        for (const double count : {entries, entries + 5.0, 2.0, 3.0, 5.0, 8.0}) {
            divided = divided || is(right / count) || is(2 * right / count);
        }
        divided = divided || is(lambda / 2 *
                                (squares(first) / static_cast<double>(first.size()) +
                                 squares(last) / static_cast<double>(last.size())));
        expect(is(right), "yours " + number(*penalty) + ", (λ/2)·Σ‖W‖² " + number(right),
               {{"lambda_not_halved", is(2 * right), "Your penalty is λ·Σ‖W‖². " + half},
                {"lambda_doubled", is(4 * right), "Your penalty is 2λ·Σ‖W‖². " + half},
                {"lambda_quartered", is(right / 2), "Your penalty is (λ/4)·Σ‖W‖². " + half},
                {"bias_penalized", is(lambda / 2 * (sum + squares(bias))),
                 "Your penalty counts the bias as well. What does Parameter::decays say?"},
                {"bias_penalized", is(lambda / 2 * squares(bias)),
                 "Your penalty counts the bias and nothing else. What does Parameter::decays say?"},
                {"first_parameter_only", is(lambda / 2 * squares(first)),
                 "Your penalty counts the first weight only. Over what does the loop run?"},
                {"last_parameter_only", is(lambda / 2 * squares(last)),
                 "Your penalty counts the last weight only. Is the sum kept from one parameter to "
                 "the next?"},
                {"norm_not_squared",
                 is(lambda / 2 * (std::sqrt(squares(first)) + std::sqrt(squares(last)))) ||
                     is(lambda / 2 * std::sqrt(sum)) || is(lambda * std::sqrt(sum)) ||
                     is(lambda * (std::sqrt(squares(first)) + std::sqrt(squares(last)))),
                 "Your penalty takes the norm where its square is asked for. What does .norm() "
                 "return, and what .squaredNorm()?"},
                {"l1_penalty", is(lambda / 2 * absolute) || is(lambda * absolute),
                 "Your penalty sums absolute values: that is L1. Which power does L2 take?"},
                {"sum_squared",
                 is(lambda / 2 *
                    std::pow(first.cast<double>().sum() + last.cast<double>().sum(), 2)) ||
                     is(lambda / 2 *
                        (std::pow(first.cast<double>().sum(), 2) +
                         std::pow(last.cast<double>().sum(), 2))),
                 "Your penalty squares a sum. In which order do squaring and summing come?"},
                {"gradient_for_value",
                 is(lambda / 2 * (squares(parameters[0].grad) + squares(parameters[2].grad))),
                 "Your penalty is made of the gradients. Whose size is to be punished?"},
                {"lambda_squared", is(lambda * right), "λ is in it twice. Where?"},
                {"lambda_ignored", is(sum / 2) || is(sum), "λ is missing."},
                {"negated", is(-right), "The sign is wrong: large weights have to cost."},
                {"averaged", divided, mean},
                {"always_zero", *penalty == 0, "It is 0. Is an integer divided by 2 somewhere?"}});
        expect(near(*penalty, *again),
               "yours " + number(*again) + ", and " + number(*penalty) + " at the first call",
               {{"state_between_calls", true,
                 "Two calls with the same arguments differ. What does your function keep from one "
                 "call to the next: a static variable?"}});
    });
}

TEST_CASE("where there is nothing to punish, the penalty is 0", "[06]") {
    const int which = GENERATE(0, 1, 2);

    const auto penalty =
        observe(call(which == 0   ? "l2_penalty of no parameters"
                     : which == 1 ? "l2_penalty of a bias alone"
                                  : "l2_penalty with lambda = 0"),
                [&] {
                    std::vector<nn::Parameter> parameters = some_parameters();
                    if (which == 0) parameters.clear();
                    if (which == 1) parameters = {parameters[1]};
                    return l2_penalty(pointers(std::as_const(parameters)), which == 2 ? 0.0 : 0.3);
                });

    judge([&] {
        expect(*penalty == 0, "yours " + number(*penalty) + ", right 0",
               {{"bias_penalized", which == 1, "The bias counts. What does Parameter::decays say?"},
                {"lambda_ignored", which == 2, "λ is 0, and the penalty is not."}});
    });
}

TEST_CASE("the penalty's gradient is what finite differences give", "[06][weight=2]") {
    const double lambda = GENERATE(0.3, 0.02);

    const auto parameters = observe(
        call("add_l2_gradient({weight 3×4, bias 1×5, weight 5×2}, lambda)", "lambda", lambda), [&] {
            std::vector<nn::Parameter> given = some_parameters();
            add_l2_gradient(pointers(given), lambda);
            std::vector<Matrix> result;
            for (const nn::Parameter& parameter : given) {
                result.push_back(parameter.grad);
                result.push_back(parameter.value);
            }
            return result;
        });

    judge([&] {
        const std::vector<nn::Parameter> before = some_parameters();
        REQUIRE(parameters->size() == 6);
        for (std::size_t k = 0; k < 3; ++k) {
            const Matrix &grad = before[k].grad, &value = before[k].value;
            // (λ/2)·((w + 1)² - (w - 1)²) / 2: exact, since the penalty is a square.
            Matrix slopes = Matrix::Zero(value.rows(), value.cols());
            for (Index i = 0; before[k].decays && i < value.size(); ++i) {
                const double w = value.data()[i];
                const double above = lambda / 2 * (w + 1) * (w + 1);
                const double below = lambda / 2 * (w - 1) * (w - 1);
                slopes.data()[i] = static_cast<float>((above - below) / 2);
            }
            const auto strength = static_cast<float>(lambda);
            const Matrix whole = grad + strength * value;
            std::vector<Explanation> explanations{
                {"grad_overwritten", would_be(strength * value),
                 "The gradient that was there is gone. The loss has two terms: what becomes of the "
                 "gradient of a sum?"},
                {"lambda_doubled", would_be(grad + 2 * strength * value),
                 "2λW was added. Take the derivative of (λ/2)·w²."},
                {"lambda_halved", would_be(grad + strength / 2 * value),
                 "(λ/2)·W was added. Take the derivative of (λ/2)·w²."},
                {"l1_gradient", would_be(grad + (strength * value.array().sign()).matrix()),
                 "λ·sign(W) was added: that is the gradient of L1. Which power does L2 take?"},
                {"negated", would_be(grad - strength * value),
                 "λW was subtracted. The step against the gradient is the optimizer's."},
                {"lambda_ignored", would_be(grad + value), "W was added, without λ."},
                {"wrong_parameter_decays", would_be(grad),
                 "Nothing was added to a weight. Which parameters decay, and does the loop reach "
                 "all of them?"}};
            if (!before[k].decays) {
                explanations = {{"bias_decayed", would_be(whole),
                                 "The bias decays as well. What does Parameter::decays say?"},
                                {"grad_overwritten",
                                 [](const Matrix& actual) { return (actual.array() == 0).all(); },
                                 "The bias's gradient is gone. What was asked of a parameter that "
                                 "does not decay?"}};
            }
            CHECK_THAT((*parameters)[2 * k],
                       equals(grad + slopes, "finite differences", explanations));
            expect_untouched("a parameter's value", value, (*parameters)[2 * k + 1]);
        }
    });
}

// --- Steps ---------------------------------------------------------------------------------------

/// How one parameter's step goes wrong. Each member is one mistake; without any it is right.
struct Mistake {
    double decay = 1;          ///< factor on λ
    int decay_lr_power = 1;    ///< sgd, adamw: the decay is multiplied by lr to this power
    bool fixed_decay = false;  ///< λ = 1e-2, whatever the options say
    bool bias_decays = false;
    bool other_coupling = false;  ///< adam decoupled, adamw coupled
    bool decay_after = false;     ///< adamw: right as well
    bool ascent = false;
    bool no_lr = false;
    double fixed_lr = 0;  ///< this one, whatever the options say
    bool no_first_correction = false;
    bool no_second_correction = false;
    int step_offset = 0;           ///< t is off by this
    bool step_stuck = false;       ///< t is 1 for ever
    bool step_twice = false;       ///< t grows by 2
    bool eps_inside = false;       ///< √(v̂ + ε)
    bool eps_uncorrected = false;  ///< (√v + ε) / √(1-β2ᵗ)
    bool eps_missing = false;
    bool no_root = false;
    bool betas_swapped = false;
    bool default_betas = false;
    bool default_eps = false;
    bool moments_forgotten = false;
    bool first_moment_unweighted = false;   ///< m ← β1·m + g
    bool second_moment_unweighted = false;  ///< v ← β2·v + g²
    bool moment_weights_swapped = false;    ///< m ← (1-β1)·m + β1·g, v likewise
    bool absolute = false;                  ///< v of |g|
    bool no_momentum = false;               ///< g in place of m̂
    bool undecayed_second_moment = false;   ///< v of grad, m of grad + λW
    bool undecayed_first_moment = false;
    bool decay_in_denominator = false;  ///< adamw: (m̂ + λW) / (√v̂ + ε)
    bool shared_state = false;          ///< weight and bias have one state
    bool zero_skipped = false;          ///< an entry with g = 0 is left as it is, moments too
};

struct Moments {
    Eigen::ArrayXXd m, v;
    int t = 0;
};

Matrix simulated_step(Optimizer kind, const OptimizerOptions& options, const Mistake& mistake,
                      const Matrix& value, const Matrix& gradient, bool decays, Moments& state) {
    const Eigen::ArrayXXd w = value.cast<double>().array(), grad = gradient.cast<double>().array();
    const double lambda = (decays || mistake.bias_decays ? 1 : 0) * mistake.decay *
                          (mistake.fixed_decay ? 1e-2 : options.weight_decay);
    const double chosen_lr = mistake.fixed_lr > 0 ? mistake.fixed_lr : options.lr;
    const double lr = (mistake.ascent ? -1 : 1) * (mistake.no_lr ? 1 : chosen_lr);
    const bool coupled =
        kind == Optimizer::sgd || (kind == Optimizer::adam) != mistake.other_coupling;
    const double decay = std::pow(options.lr, mistake.decay_lr_power) * lambda;
    const double decoupled = coupled ? 0 : decay;
    if (kind == Optimizer::sgd) {
        if (mistake.other_coupling) {
            return ((w - lr * grad) * (1 - options.lr * lambda)).cast<float>().matrix();
        }
        return (w - lr * grad - decay * w).cast<float>().matrix();
    }

    double beta1 = mistake.default_betas ? 0.9 : options.beta1;
    double beta2 = mistake.default_betas ? 0.999 : options.beta2;
    if (mistake.betas_swapped) std::swap(beta1, beta2);
    const double eps = mistake.eps_missing ? 0 : (mistake.default_eps ? 1e-8 : options.eps);
    if (state.t == 0 || mistake.moments_forgotten) {
        state.m = state.v = Eigen::ArrayXXd::Zero(w.rows(), w.cols());
    }
    state.t += mistake.step_twice ? 2 : 1;
    const double t = mistake.step_stuck ? 1 : state.t + mistake.step_offset;
    const Eigen::ArrayXXd g = coupled ? Eigen::ArrayXXd(grad + lambda * w) : grad;
    const Eigen::ArrayXXd first = mistake.undecayed_first_moment ? grad : g;
    const Eigen::ArrayXXd second = mistake.undecayed_second_moment ? grad : g;
    const Eigen::ArrayXXd size = mistake.absolute ? second.abs().eval() : second.square().eval();
    const auto mix = [&](Eigen::ArrayXXd& moment, double beta, const Eigen::ArrayXXd& entry,
                         bool unweighted) {
        if (mistake.moment_weights_swapped) beta = 1 - beta;
        moment = beta * moment + (unweighted ? 1 : 1 - beta) * entry;
    };
    const Moments before = state;
    mix(state.m, beta1, first, mistake.first_moment_unweighted);
    mix(state.v, beta2, size, mistake.second_moment_unweighted);
    if (mistake.zero_skipped) {
        state.m = (g == 0).select(before.m, state.m);
        state.v = (g == 0).select(before.v, state.v);
    }

    const double correction1 = mistake.no_first_correction ? 1 : 1 - std::pow(beta1, t);
    const double correction2 = mistake.no_second_correction ? 1 : 1 - std::pow(beta2, t);
    Eigen::ArrayXXd m = state.m / correction1;
    const Eigen::ArrayXXd v = state.v / correction2;
    if (mistake.no_momentum) m = g;
    if (mistake.zero_skipped) m = (g == 0).select(0, m);
    Eigen::ArrayXXd divisor = v.sqrt() + eps;
    if (mistake.no_root) divisor = v + eps;
    if (mistake.eps_inside) divisor = (v + eps).sqrt();
    if (mistake.eps_uncorrected) divisor = (state.v.sqrt() + eps) / std::sqrt(correction2);
    if (mistake.decay_in_denominator) {
        return (w - lr * (m + lambda * w) / divisor).cast<float>().matrix();
    }
    const Eigen::ArrayXXd moved = mistake.decay_after
                                      ? Eigen::ArrayXXd((w - lr * m / divisor) * (1 - decoupled))
                                      : Eigen::ArrayXXd(w * (1 - decoupled) - lr * m / divisor);
    return moved.cast<float>().matrix();
}

std::vector<WeightAndBias> simulated(Optimizer kind, const OptimizerOptions& options,
                                     const Mistake& mistake, WeightAndBias now,
                                     const std::vector<WeightAndBias>& gradients) {
    Moments of_weight, of_bias;
    std::vector<WeightAndBias> values;
    for (const WeightAndBias& gradient : gradients) {
        now.weight =
            simulated_step(kind, options, mistake, now.weight, gradient.weight, true, of_weight);
        now.bias = simulated_step(kind, options, mistake, now.bias, gradient.bias, false,
                                  mistake.shared_state ? of_weight : of_bias);
        values.push_back(now);
    }
    return values;
}

struct NamedMistake {
    std::string diagnosis;
    std::string advice;
    Mistake mistake;
};

const std::vector<NamedMistake>& known_mistakes(Optimizer kind) {
    const std::string decay_question =
        "What does one step with a gradient of 0 make of w = 2, by hand?";
    static const NamedMistake without_lr{"decay_without_lr",
                                         "The decay is not multiplied by the learning rate.",
                                         {.decay_lr_power = 0}};
    static const NamedMistake lr_squared{
        "lr_squared", "The decay is multiplied by the learning rate twice.", {.decay_lr_power = 2}};
    static const std::vector<NamedMistake> of_all{
        {"weight_decay_ignored",
         "The weights do not decay. What becomes of weight_decay?",
         {.decay = 0}},
        {"bias_decayed",
         "The bias decays as well. What does Parameter::decays say?",
         {.bias_decays = true}},
        {"lambda_halved", "The weights decay half as much. " + decay_question, {.decay = 0.5}},
        {"lambda_doubled", "The weights decay twice as much. " + decay_question, {.decay = 2}},
        {"decay_grows",
         "The weights grow by their decay. Check its sign. " + decay_question,
         {.decay = -1}},
        {"weight_decay_fixed",
         "The weights decay by 0.01, whatever weight_decay is.",
         {.fixed_decay = true}},
        {"ascent", "The step goes up the gradient. Which way is downhill?", {.ascent = true}},
        {"lr_ignored", "The step does not depend on the learning rate.", {.no_lr = true}},
        {"lr_fixed", "The learning rate is 0.01, whatever lr is.", {.fixed_lr = 1e-2}},
        {"lr_fixed", "The learning rate is 0.001, whatever lr is.", {.fixed_lr = 1e-3}},
    };
    static const std::vector<NamedMistake> of_sgd = [] {
        std::vector<NamedMistake> all = of_all;
        all.push_back({"ascent",
                       "Step and decay both have the wrong sign. Which way is downhill?",
                       {.decay = -1, .ascent = true}});
        all.push_back({"decay_after_step",
                       "The weight decays after its step, so that the step decays too. The header "
                       "takes λW from the weight as it was.",
                       {.other_coupling = true}});
        all.insert(all.end(), {without_lr, lr_squared});
        return all;
    }();
    static const std::vector<NamedMistake> of_adam = [] {
        std::vector<NamedMistake> all = of_all;
        const auto add = [&all](std::string diagnosis, std::string advice, Mistake mistake) {
            all.push_back({std::move(diagnosis), std::move(advice), mistake});
        };
        const std::string early =
            "The moments start at 0 and are too small at first: by which factor, at step t?";
        add("no_bias_correction", early,
            {.no_first_correction = true, .no_second_correction = true});
        add("first_moment_not_corrected", "m is not corrected. " + early,
            {.no_first_correction = true});
        add("second_moment_not_corrected", "v is not corrected. " + early,
            {.no_second_correction = true});
        add("step_counted_late", "The correction uses t + 1 at step t. When is the step counted?",
            {.step_offset = 1});
        add("step_counted_late", "The correction uses t - 1 at step t. When is the step counted?",
            {.step_offset = -1});
        add("step_not_counted", "The correction is that of the first step for ever. Who counts?",
            {.step_stuck = true});
        add("step_counted_twice", "The step is counted twice. Who else counts?",
            {.step_twice = true});
        add("eps_inside_root", "ε stands under the root. Compare with the header.",
            {.eps_inside = true});
        add("eps_before_correction",
            "ε is added to √v before v is corrected. To what does the header add it?",
            {.eps_uncorrected = true});
        add("eps_ignored", "ε has no effect. Where does the header have it?",
            {.eps_missing = true});
        add("root_missing",
            "The step is divided by v̂, not by its root. Compare the units of m and "
            "v.",
            {.no_root = true});
        add("betas_swapped", "β1 and β2 are exchanged.", {.betas_swapped = true});
        add("betas_fixed", "β1 and β2 are 0.9 and 0.999, whatever the options say.",
            {.default_betas = true});
        add("eps_fixed", "ε is 1e-8, whatever the options say.", {.default_eps = true});
        add("moments_forgotten", "Every step starts from empty moments. What is state for?",
            {.moments_forgotten = true});
        add("moments_forgotten", "Every step is a first one. What is state for?",
            {.step_stuck = true, .moments_forgotten = true});
        add("moment_not_averaged", "m adds up gradients without the factor 1-β1.",
            {.first_moment_unweighted = true});
        add("moment_not_averaged", "v adds up squares without the factor 1-β2.",
            {.second_moment_unweighted = true});
        add("moment_not_averaged", "m and v add up without the factors 1-β1 and 1-β2.",
            {.first_moment_unweighted = true, .second_moment_unweighted = true});
        add("moment_weights_swapped", "β and 1-β are exchanged. Which of the two keeps the past?",
            {.moment_weights_swapped = true});
        add("gradient_not_squared", "v averages |g|. What does the header average?",
            {.absolute = true});
        add("no_momentum", "The step follows g, not its average m̂.", {.no_momentum = true});
        add("decay_in_one_moment",
            "The decay runs through m and not through v. The header has one g for both.",
            {.undecayed_second_moment = true});
        add("decay_in_one_moment",
            "The decay runs through v and not through m. The header has one g for both.",
            {.undecayed_first_moment = true});
        add("zero_gradient_skipped",
            "An entry whose gradient is 0 stays where it is. What do m and v remember, and what do "
            "they do in a step with g = 0?",
            {.zero_skipped = true});
        add("state_shared",
            "Two parameters share one state. Where do m, v and t live: in state, or in something "
            "static?",
            {.shared_state = true});
        return all;
    }();
    static const std::vector<NamedMistake> of_adam_only = [] {
        std::vector<NamedMistake> all = of_adam;
        all.insert(all.begin(),
                   {"decoupled_for_coupled",
                    "The decay does not run through the moments: that is AdamW. What is g here?",
                    {.other_coupling = true}});
        all.insert(all.begin(),
                   {"decoupled_for_coupled",
                    "The decay does not run through the moments: that is AdamW. What is g here?",
                    {.other_coupling = true, .decay_after = true}});
        return all;
    }();
    static const std::vector<NamedMistake> of_adamw = [] {
        std::vector<NamedMistake> all = of_adam;
        all.insert(all.begin(),
                   {"coupled_for_decoupled",
                    "The decay runs through the moments: that is Adam with L2. Whom does the "
                    "header let decay?",
                    {.other_coupling = true}});
        all.push_back({"decay_in_denominator",
                       "The decay is divided by √v̂ + ε, as the step is. Which of the two does "
                       "the header divide?",
                       {.decay_in_denominator = true}});
        all.insert(all.end(), {without_lr, lr_squared});
        return all;
    }();
    switch (kind) {
        case Optimizer::sgd:
            return of_sgd;
        case Optimizer::adam:
            return of_adam_only;
        default:
            return of_adamw;
    }
}

/// Equal but for rounding, which fifty steps may have added up.
bool close(const Matrix& a, const Matrix& b) {
    return a.rows() == b.rows() && a.cols() == b.cols() &&
           ((a - b).array().abs() <= 2e-5f * b.array().abs().max(1.0f)).all();
}

/// Matrices as a transcript holds them: weight, bias, weight, bias, …
bool close(const std::vector<Matrix>& actual, const std::vector<WeightAndBias>& expected) {
    for (std::size_t i = 0; i < expected.size(); ++i) {
        if (!close(actual[2 * i], expected[i].weight)) return false;
        if (!close(actual[2 * i + 1], expected[i].bias)) return false;
    }
    return true;
}

/// Are these LibTorch's steps? AdamW may decay before or after the step.
bool right_steps(Optimizer kind, const OptimizerOptions& options, const WeightAndBias& start,
                 const std::vector<WeightAndBias>& gradients, const std::vector<Matrix>& actual) {
    return close(actual, reference::trajectory(kind, options, start, gradients)) ||
           (kind == Optimizer::adamw &&
            close(actual, simulated(kind, options, {.decay_after = true}, start, gradients)));
}

/// Fails at the first step that is not LibTorch's, with the mistake that explains all of them.
void expect_trajectory(Optimizer kind, const OptimizerOptions& options, const WeightAndBias& start,
                       const std::vector<WeightAndBias>& gradients,
                       const std::vector<Matrix>& actual) {
    REQUIRE(actual.size() == 2 * gradients.size());
    for (std::size_t i = 0; i < actual.size(); ++i) {
        const Matrix& like = i % 2 == 0 ? start.weight : start.bias;
        expect(actual[i].rows() == like.rows() && actual[i].cols() == like.cols(),
               "a parameter was " + observe::describe(like) + " and is " +
                   observe::describe(actual[i]) + " after a step",
               {{"wrong_shape", true, "Which operation changes the shape?", true}});
        if (actual[i].rows() != like.rows() || actual[i].cols() != like.cols()) return;
    }
    if (right_steps(kind, options, start, gradients, actual)) {
        expect(true, "");
        return;
    }
    const std::vector<WeightAndBias> expected =
        reference::trajectory(kind, options, start, gradients);
    std::string message;
    for (std::size_t i = 0; i < actual.size() && message.empty(); ++i) {
        const Matrix& right = i % 2 == 0 ? expected[i / 2].weight : expected[i / 2].bias;
        if (close(actual[i], right)) continue;
        for (Index k = 0; k < right.size() && message.empty(); ++k) {
            const float difference = std::abs(actual[i].data()[k] - right.data()[k]);
            if (difference <= 2e-5f * std::max(1.0f, std::abs(right.data()[k]))) continue;
            const Matrix& from = i % 2 == 0 ? start.weight : start.bias;
            message = std::string("after step ") + std::to_string(i / 2 + 1) + ", at (" +
                      std::to_string(k / right.cols()) + ", " + std::to_string(k % right.cols()) +
                      ") of the " + (i % 2 == 0 ? "weight" : "bias") + ": yours " +
                      number(actual[i].data()[k]) + ", LibTorch " + number(right.data()[k]) +
                      "   (at the start " + number(from.data()[k]) + ")";
        }
    }
    const bool still = close(actual, std::vector<WeightAndBias>(gradients.size(), start));
    bool finite = true;
    for (const Matrix& one : actual) finite = finite && one.allFinite();
    for (const NamedMistake& known : known_mistakes(kind)) {
        if (!close(actual, simulated(kind, options, known.mistake, start, gradients))) continue;
        expect(false, message, {{known.diagnosis, true, known.advice}});
        return;
    }
    bool bias_right = true, weight_right = true;
    for (std::size_t i = 0; i < expected.size(); ++i) {
        weight_right = weight_right && close(actual[2 * i], expected[i].weight);
        bias_right = bias_right && close(actual[2 * i + 1], expected[i].bias);
    }
    expect(
        false, message,
        {{"no_step", still, "Nothing has moved. Which parameter does the function change?"},
         {"not_a_number", !finite,
          "There are entries that are not finite. What is divided by "
          "what there?",
          true},
         {"decay_wrong", bias_right && !weight_right,
          "The bias is right and the weight is not: the decay is what differs.", true},
         {"first_step_right",
          close(actual[0], expected[0].weight) && close(actual[1], expected[0].bias),
          "The first step is right, a later one is not. What is kept from step to step?", true},
         {"wrong_step", true,
          "Take one entry, and do the first step with pencil and paper beside the header.", true}});
}

std::string name_of(Optimizer kind) {
    switch (kind) {
        case Optimizer::sgd:
            return "sgd_step";
        case Optimizer::adam:
            return "adam_step";
        default:
            return "adamw_step";
    }
}

/// The student's step of either parameter.
class Steps {
public:
    Steps(Optimizer kind, const OptimizerOptions& options) : kind_(kind), options_(options) {}

    void operator()(nn::Parameter& parameter, AdamState& state) const {
        const AdamOptions adam{options_.lr, options_.beta1, options_.beta2, options_.eps,
                               options_.weight_decay};
        switch (kind_) {
            case Optimizer::sgd:
                sgd_step(parameter, {options_.lr, options_.weight_decay});
                break;
            case Optimizer::adam:
                adam_step(parameter, state, adam);
                break;
            case Optimizer::adamw:
                adamw_step(parameter, state, adam);
                break;
        }
    }

private:
    Optimizer kind_;
    OptimizerOptions options_;
};

/// Gradients that drift and change their sign, of 3×4 entries each. From the fourth step on some
/// entries are exactly 0, as behind a ReLU.
std::vector<WeightAndBias> some_gradients(int steps) {
    std::vector<WeightAndBias> gradients;
    const Matrix drift = distinct_values(3, 4, 20), other_drift = distinct_values(3, 4, 21);
    for (int t = 0; t < steps; ++t) {
        const auto stream = static_cast<unsigned>(100 + 2 * t);
        gradients.push_back({0.3f * drift + 0.5f * distinct_values(3, 4, stream),
                             0.3f * other_drift + 0.5f * distinct_values(3, 4, stream + 1)});
        for (Index i = t % 5; t >= 3 && i < 12; i += 5) {
            gradients.back().weight.data()[i] = gradients.back().bias.data()[i] = 0.0f;
        }
    }
    return gradients;
}

WeightAndBias start_of_both() { return {distinct_values(3, 4, 30), distinct_values(3, 4, 31)}; }

/// A weight and a bias in training, with what Adam remembers of them.
struct Trainees {
    nn::Parameter weight{"weight", start_of_both().weight, Matrix::Zero(3, 4), true};
    nn::Parameter bias{"bias", start_of_both().bias, Matrix::Zero(3, 4), false};
    AdamState of_weight = {};
    AdamState of_bias = {};
};

/// What else happens during a trajectory.
struct Treatment {
    double penalty = 0;         ///< λ of the penalty whose gradient joins before each step
    std::size_t copied_at = 0;  ///< before this step (from 0), copies take over; 0: never
};

/// Weight and bias after each step, and the gradients that they have after the last.
std::pair<std::vector<Matrix>, std::vector<Matrix>> student_trajectory(
    const Steps& step, const std::vector<WeightAndBias>& gradients,
    const Treatment& treatment = {}) {
    Trainees original, copy;
    Trainees* now = &original;
    std::vector<Matrix> values;
    for (std::size_t t = 0; t < gradients.size(); ++t) {
        if (t > 0 && t == treatment.copied_at) {
            copy = original;
            now = &copy;
        }
        now->weight.grad = gradients[t].weight;
        now->bias.grad = gradients[t].bias;
        if (treatment.penalty > 0) add_l2_gradient({&now->weight, &now->bias}, treatment.penalty);
        step(now->weight, now->of_weight);
        step(now->bias, now->of_bias);
        values.push_back(now->weight.value);
        values.push_back(now->bias.value);
    }
    return {values, {now->weight.grad, now->bias.grad}};
}

void test_trajectory(Optimizer kind, const OptimizerOptions& options) {
    const std::vector<WeightAndBias> gradients = some_gradients(50);

    const auto values =
        observe(call("fifty times " + name_of(kind) + " of a weight and of a bias", "lr",
                     options.lr, "weight_decay", options.weight_decay, "eps", options.eps),
                [&] { return student_trajectory(Steps(kind, options), gradients); });

    judge([&] {
        REQUIRE(values->second.size() == 2);
        expect_untouched("the weight's grad", gradients.back().weight, values->second[0]);
        expect_untouched("the bias's grad", gradients.back().bias, values->second[1]);
        expect_trajectory(kind, options, start_of_both(), gradients, values->first);
    });
}

TEST_CASE("fifty steps of SGD are LibTorch's", "[06][weight=2]") {
    const double weight_decay = GENERATE(0.0, 1e-2, 1e-1);

    test_trajectory(Optimizer::sgd, {.lr = 0.05, .weight_decay = weight_decay});
}

TEST_CASE("fifty steps of Adam are LibTorch's", "[06][weight=2]") {
    const double weight_decay = GENERATE(0.0, 1e-2, 1e-1);
    const bool usual = GENERATE(false, true);

    if (usual) test_trajectory(Optimizer::adam, {.lr = 0.02, .weight_decay = weight_decay});
    else test_trajectory(Optimizer::adam, {0.05, 0.8, 0.95, 0.07, weight_decay});
}

TEST_CASE("fifty steps of AdamW are LibTorch's", "[06][weight=2]") {
    const double weight_decay = GENERATE(0.0, 1e-2, 1e-1);
    const bool usual = GENERATE(false, true);

    if (usual) test_trajectory(Optimizer::adamw, {.lr = 0.02, .weight_decay = weight_decay});
    else test_trajectory(Optimizer::adamw, {0.05, 0.8, 0.95, 0.07, weight_decay});
}

TEST_CASE("one step without a gradient shows the decay alone", "[06][weight=2]") {
    const Optimizer kind = GENERATE(Optimizer::sgd, Optimizer::adam, Optimizer::adamw);
    const double weight_decay = GENERATE(1e-2, 0.3);
    const OptimizerOptions options{.lr = 0.1, .weight_decay = weight_decay};

    const auto value = observe(
        call(name_of(kind) + " of w = 2 with a gradient of 0, lr = 0.1", "weight_decay",
             weight_decay),
        [&] {
            nn::Parameter w{"weight", Matrix::Constant(1, 1, 2.0f), Matrix::Zero(1, 1), true};
            AdamState state;
            Steps(kind, options)(w, state);
            return static_cast<double>(w.value(0, 0));
        });

    judge([&] {
        const Matrix zero = Matrix::Zero(1, 1), two = Matrix::Constant(1, 1, 2.0f);
        const double right =
            reference::trajectory(kind, options, {two, two}, {{zero, zero}})[0].weight(0, 0);
        const double decayed = 2 * (1 - 0.1 * weight_decay);
        const auto is = [&](double w) { return std::abs(*value - w) < 1e-5; };
        const bool adam = kind == Optimizer::adam;
        expect(is(right), "w is " + number(*value) + " now, LibTorch's " + number(right),
               {{"decoupled_for_coupled", adam && is(decayed),
                 "The decay is right for AdamW. Adam lets it run through m and v: what is m/√v "
                 "for a gradient of any size?"},
                {"coupled_for_decoupled", kind == Optimizer::adamw && is(1.9),
                 "That is what Adam does: the decay ran through m and v."},
                {"weight_decay_ignored", is(2), "w has not decayed.", true},
                {"decay_without_lr", is(2 * (1 - weight_decay)),
                 "The decay is not multiplied by the learning rate.", true},
                {"lambda_halved", !adam && is(2 * (1 - 0.05 * weight_decay)),
                 "w decays half as much. What is the derivative of (λ/2)·w²?", true},
                {"lambda_doubled", !adam && is(2 * (1 - 0.2 * weight_decay)),
                 "w decays twice as much. What is the derivative of (λ/2)·w²?", true},
                {"decay_grows", is(4 - right), "w grows by its decay. Check its sign.", true}});
    });
}

TEST_CASE("for SGD the penalty in the loss is the same as weight_decay", "[06]") {
    const double lambda = 0.1;
    const std::vector<WeightAndBias> gradients = some_gradients(20);
    const OptimizerOptions plain{.lr = 0.05}, decaying{.lr = 0.05, .weight_decay = lambda};

    const auto values = observe(
        call("twenty times add_l2_gradient with lambda = 0.1, then sgd_step with weight_decay = 0"),
        [&] {
            return student_trajectory(Steps(Optimizer::sgd, plain), gradients, {.penalty = lambda})
                .first;
        });

    judge(
        [&] { expect_trajectory(Optimizer::sgd, decaying, start_of_both(), gradients, *values); });
}

TEST_CASE("for Adam the penalty in the loss is the coupled form, not the decoupled one", "[06]") {
    const double lambda = 0.1;
    const std::vector<WeightAndBias> gradients = some_gradients(20);
    const OptimizerOptions plain{0.05, 0.8, 0.95, 0.07, 0}, decaying{0.05, 0.8, 0.95, 0.07, lambda};

    const auto values = observe(
        call(
            "twenty times add_l2_gradient with lambda = 0.1, then adam_step with weight_decay = 0"),
        [&] {
            return student_trajectory(Steps(Optimizer::adam, plain), gradients, {.penalty = lambda})
                .first;
        });

    judge([&] {
        const auto coupled =
            reference::trajectory(Optimizer::adam, decaying, start_of_both(), gradients);
        const auto decoupled =
            reference::trajectory(Optimizer::adamw, decaying, start_of_both(), gradients);
        REQUIRE(!close(coupled.back().weight, decoupled.back().weight));
        expect_trajectory(Optimizer::adam, decaying, start_of_both(), gradients, *values);
    });
}

TEST_CASE("what Adam remembers is in its state: copies of parameter and state go on alike",
          "[06]") {
    const Optimizer kind = GENERATE(Optimizer::adam, Optimizer::adamw);
    const OptimizerOptions options{0.05, 0.8, 0.95, 0.07, 0.1};
    const std::vector<WeightAndBias> gradients = some_gradients(12);

    const auto values = observe(
        call("six times " + name_of(kind) + ", then six times with copies of parameter and state"),
        [&] {
            return student_trajectory(Steps(kind, options), gradients, {.copied_at = 6}).first;
        });

    judge([&] {
        REQUIRE(values->size() == 24);
        const std::vector<Matrix> before(values->begin(), values->begin() + 12);
        const std::vector<WeightAndBias> early(gradients.begin(), gradients.begin() + 6);
        const bool right_so_far = right_steps(kind, options, start_of_both(), early, before);
        expect(right_so_far, "the steps are wrong before anything is copied");
        if (!right_so_far) return;
        expect(right_steps(kind, options, start_of_both(), gradients, *values),
               "the first six steps are right, those with the copies are not",
               {{"state_outside", true,
                 "Something is remembered outside of state: a static variable, or a table of "
                 "parameters. Would a training go on after its state was saved and loaded?"}});
    });
}

TEST_CASE("the state holds m, v and t as the header names them", "[06]") {
    const Optimizer kind = GENERATE(Optimizer::adam, Optimizer::adamw);
    const OptimizerOptions options{0.05, 0.8, 0.95, 0.07, 0.0};
    const std::vector<WeightAndBias> gradients = some_gradients(3);

    const auto state = observe(call("the state after three times " + name_of(kind)), [&] {
        nn::Parameter weight{"weight", start_of_both().weight, Matrix(), true};
        AdamState of_weight;
        for (const WeightAndBias& gradient : gradients) {
            weight.grad = gradient.weight;
            Steps(kind, options)(weight, of_weight);
        }
        return std::pair(std::vector<Matrix>{of_weight.first_moment, of_weight.second_moment},
                         static_cast<std::int64_t>(of_weight.step));
    });

    judge([&] {
        Matrix m = Matrix::Zero(3, 4), v = Matrix::Zero(3, 4);
        for (const WeightAndBias& gradient : gradients) {
            m = 0.8f * m + 0.2f * gradient.weight;
            v = 0.95f * v + 0.05f * gradient.weight.cwiseAbs2();
        }
        const auto& [moments, step] = *state;
        REQUIRE(moments.size() == 2);
        const Matrix &first = moments[0], &second = moments[1];
        expect(
            close(first, m) && close(second, v), "state's moments are not m and v",
            {{"moments_swapped", close(first, v) && close(second, m),
              "first_moment holds v and second_moment m. Which name belongs to which?"},
             {"moments_wrong", true, "Compare m and v in the header with what you store.", true}});
        expect(step == 3, "state.step is " + std::to_string(step) + " after three steps",
               {{"step_not_counted", step < 3, "Who counts the steps?", true},
                {"step_counted_twice", step > 3, "Who counts the steps besides?", true}});
    });
}

TEST_CASE("a fresh state starts anew", "[06]") {
    const Optimizer kind = GENERATE(Optimizer::adam, Optimizer::adamw);
    const OptimizerOptions options{0.05, 0.8, 0.95, 0.07, 0.1};
    const std::vector<WeightAndBias> gradients = some_gradients(3);

    const auto values = observe(call("three times " + name_of(kind) +
                                     " from a fresh state, after steps with another state"),
                                [&] {
                                    const Steps step(kind, options);
                                    student_trajectory(step, gradients);
                                    return student_trajectory(step, gradients).first;
                                });

    judge([&] {
        REQUIRE(values->size() == 6);
        const bool right = right_steps(kind, options, start_of_both(), gradients, *values);
        // A step that is wrong from the start is another test's business.
        const auto explained = [&] {
            const std::vector<NamedMistake>& known = known_mistakes(kind);
            return std::any_of(known.begin(), known.end(), [&](const NamedMistake& one) {
                return close(*values,
                             simulated(kind, options, one.mistake, start_of_both(), gradients));
            });
        };
        expect(right, "the steps are not those of a state that starts empty",
               {{"state_outside", !right && !explained(),
                 "Something is left over from the steps before. What is kept outside of state?",
                 true}});
    });
}

// --- From dropout to L2 --------------------------------------------------------------------------

TEST_CASE("dropout on the inputs of a linear regression is an L2 penalty", "[06]") {
    const double p = GENERATE(0.2, 0.37, 0.7);
    const double lambda = 2 * p / (1 - p);
    const Matrix x = distinct_values(5, 4, 0), y = distinct_values(5, 1, 1);
    const Matrix w = distinct_values(4, 1, 2);
    // Each weight in units of its feature's size.
    const Matrix sizes = x.colwise().norm().transpose();
    const Matrix scaled = w.cwiseProduct(sizes);

    const auto penalty = observe(
        call("l2_penalty and add_l2_gradient with lambda = 2p/(1-p), for the weight wⱼ·‖xⱼ‖", "p",
             p),
        [&] {
            nn::Parameter weight{"weight", scaled, Matrix::Zero(4, 1), true};
            const double value = l2_penalty({&weight}, lambda);
            add_l2_gradient({&weight}, lambda);
            return std::pair(value, weight.grad);
        });

    judge([&] {
        // The mean over all masks of a sample's features; every sample may use the same ones, since
        // the loss is a sum over samples.
        const auto mean_loss = [&](const Matrix& weights) {
            double mean = 0;
            for (int bits = 0; bits < 16; ++bits) {
                Matrix mask(5, 4);
                double probability = 1;
                for (int j = 0; j < 4; ++j) {
                    const bool kept = (bits >> j) % 2 == 1;
                    mask.col(j).setConstant(kept ? 1.0f : 0.0f);
                    probability *= kept ? 1 - p : p;
                }
                mean += probability * squares(y - reference::dropout(x, mask, p) * weights);
            }
            return mean;
        };
        const auto extra = [&](const Matrix& weights) {
            return mean_loss(weights) - squares(y - x * weights);
        };
        const double right = extra(w);
        const double actual = penalty->first;
        expect(std::abs(actual - right) <= 1e-4 * std::abs(right),
               "the mean loss over all 16 masks exceeds the loss without dropout by " +
                   number(right) + ",\nand your penalty is " + number(actual),
               {{"lambda_not_halved", std::abs(actual - 2 * right) <= 1e-4 * 2 * right,
                 "Your penalty is twice that. What is λ/2?"},
                {"penalty_not_dropouts", true, "The two are equal when l2_penalty is (λ/2)·Σ‖W‖².",
                 true}});
        REQUIRE(penalty->second.rows() == 4);
        REQUIRE(penalty->second.cols() == 1);
        Matrix slopes(4, 1);
        for (Index j = 0; j < 4; ++j) {
            Matrix above = w, below = w;
            above(j, 0) += 1.0f;
            below(j, 0) -= 1.0f;
            slopes(j, 0) = static_cast<float>((extra(above) - extra(below)) / 2) / sizes(j, 0);
        }
        const bool same =
            ((penalty->second - slopes).array().abs() <= 1e-3f * slopes.array().abs().max(1.0f))
                .all();
        expect(same, "the gradient of that excess is not what add_l2_gradient gives",
               {{"penalty_not_dropouts", true, "The two are equal when add_l2_gradient adds λW.",
                 true}});
    });
}

}  // namespace
}  // namespace lab::test
