#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <sstream>

#include "judging.h"
#include "layers.h"
#include "mask_statistics.h"
#include "nn/batch_norm.h"
#include "nn/linear.h"
#include "nn/relu.h"
#include "nn/sequential.h"
#include "nn/sigmoid.h"
#include "nn/tanh.h"
#include "placement.h"
#include "reference.h"
#include "statistics.h"

namespace lab::test {
namespace {

// --- check_placement -----------------------------------------------------------------------------

using Kinds = std::vector<LayerKind>;
using Issues = std::vector<std::pair<std::uint64_t, PlacementRule>>;  // layer, rule

constexpr auto linear = LayerKind::linear;
constexpr auto batch_norm = LayerKind::batch_norm;
constexpr auto sigmoid = LayerKind::sigmoid;
constexpr auto tanh = LayerKind::tanh;
constexpr auto relu = LayerKind::relu;
constexpr auto dropout = LayerKind::dropout;

constexpr std::array all_rules{PlacementRule::after_output, PlacementRule::before_batch_norm,
                               PlacementRule::before_activation, PlacementRule::stacked};

std::string name_of(LayerKind kind) {
    constexpr std::array names{"linear", "batch_norm", "sigmoid", "tanh", "relu", "dropout"};
    return names.at(static_cast<std::size_t>(kind));
}

std::string name_of(PlacementRule rule) {
    constexpr std::array names{"after_output", "before_batch_norm", "before_activation", "stacked"};
    const auto number = static_cast<std::size_t>(rule);
    return number < names.size() ? names.at(number) : "no rule";
}

std::string text_of(const Kinds& layers) {
    std::string text = "{";
    for (const LayerKind kind : layers) text += (text.size() > 1 ? ", " : "") + name_of(kind);
    return text + "}";
}

std::string text_of(const Issues& issues) {
    std::string text;
    for (const auto& [layer, rule] : issues) {
        text += (text.empty() ? "" : ", ") + name_of(rule) + " at " + std::to_string(layer);
    }
    return text.empty() ? "nothing" : text;
}

Issues issues_of(const Kinds& layers) {
    // Behind the end there lies what a program that reads too far takes for a layer.
    Kinds given = layers;
    given.push_back(batch_norm);
    given.pop_back();
    Issues issues;
    for (const auto& [layer, rule] : check_placement(given)) issues.emplace_back(layer, rule);
    return issues;
}

/// What a dropout at index i breaks by the contract's words.
bool breaks(const Kinds& layers, std::size_t i, PlacementRule rule) {
    const auto next_is = [&](LayerKind kind) {
        return i + 1 < layers.size() && layers[i + 1] == kind;
    };
    switch (rule) {
        case PlacementRule::after_output:
            return std::count(layers.begin() + static_cast<std::ptrdiff_t>(i), layers.end(),
                              linear) == 0;
        case PlacementRule::before_batch_norm:
            return next_is(batch_norm);
        case PlacementRule::before_activation:
            return next_is(sigmoid) || next_is(tanh);
        default:
            return next_is(dropout);
    }
}

Issues right_issues(const Kinds& layers) {
    Issues issues;
    for (std::size_t i = 0; i < layers.size(); ++i) {
        for (const PlacementRule rule : all_rules) {
            if (layers[i] == dropout && breaks(layers, i, rule)) issues.emplace_back(i, rule);
        }
    }
    return issues;
}

std::vector<std::uint64_t> where(const Issues& issues, PlacementRule rule) {
    std::vector<std::uint64_t> layers;
    for (const auto& [layer, broken] : issues) {
        if (broken == rule) layers.push_back(layer);
    }
    std::sort(layers.begin(), layers.end());
    return layers;
}

/// The same issues, in whatever order; of two stacked dropouts either may be named.
bool same_issues(const Issues& actual, const Issues& right) {
    if (actual.size() != right.size()) return false;
    for (const PlacementRule rule : all_rules) {
        const auto here = where(actual, rule), there = where(right, rule);
        if (here.size() != there.size()) return false;
        for (std::size_t i = 0; i < here.size(); ++i) {
            const bool second = rule == PlacementRule::stacked && here[i] == there[i] + 1;
            if (here[i] != there[i] && !second) return false;
        }
    }
    return true;
}

/// A mistake, and what it makes of a list of layers.
struct Misreading {
    std::string diagnosis;
    std::string advice;
    std::function<Issues(const Kinds&)> issues;
    bool general = false;
};

/// The right issues, but with another reading of one rule.
std::function<Issues(const Kinds&)> reading(PlacementRule rule,
                                            std::function<bool(const Kinds&, std::size_t)> broken) {
    return [=](const Kinds& layers) {
        Issues issues;
        for (const auto& issue : right_issues(layers)) {
            if (issue.second != rule) issues.push_back(issue);
        }
        for (std::size_t i = 0; i < layers.size(); ++i) {
            if (layers[i] == dropout && broken(layers, i)) issues.emplace_back(i, rule);
        }
        return issues;
    };
}

bool followed_by(const Kinds& layers, std::size_t i, LayerKind kind) {
    return i + 1 < layers.size() && layers[i + 1] == kind;
}

bool later(const Kinds& layers, std::size_t i, LayerKind kind) {
    return std::count(layers.begin() + static_cast<std::ptrdiff_t>(i), layers.end(), kind) > 0;
}

std::vector<Misreading> misreadings() {
    using Rule = PlacementRule;
    std::vector<Misreading> all{
        {"after_output_only_last",
         "after_output is reported where the dropout is the very last layer, and not where an "
         "activation comes behind it. Does an activation bring back what was dropped?",
         reading(Rule::after_output,
                 [](const Kinds& layers, std::size_t i) { return i + 1 == layers.size(); })},
        {"after_output_next_layer",
         "after_output is decided by the very next layer. Can a linear layer follow later?",
         reading(
             Rule::after_output,
             [](const Kinds& layers, std::size_t i) { return !followed_by(layers, i, linear); })},
        {"after_every_linear",
         "after_output is reported after any linear layer. Which one is the output?",
         reading(
             Rule::after_output,
             [](const Kinds& layers, std::size_t i) { return i > 0 && layers[i - 1] == linear; })},
        {"after_output_behind_linear",
         "after_output is reported only right behind the last linear layer. What if an activation "
         "stands between?",
         reading(Rule::after_output,
                 [](const Kinds& layers, std::size_t i) {
                     return i > 0 && layers[i - 1] == linear && !later(layers, i, linear);
                 })},
        {"relu_reported",
         "A dropout right before a ReLU is reported. What is relu(c·x) for c ≥ 0, and what does "
         "that say of a dropped and of a scaled unit?",
         reading(Rule::before_activation,
                 [](const Kinds& layers, std::size_t i) {
                     return followed_by(layers, i, sigmoid) || followed_by(layers, i, tanh) ||
                            followed_by(layers, i, relu);
                 })},
        {"tanh_missed",
         "A dropout right before a tanh is not reported. tanh(0) is 0; but what becomes of a kept "
         "unit that is scaled before the bend?",
         reading(
             Rule::before_activation,
             [](const Kinds& layers, std::size_t i) { return followed_by(layers, i, sigmoid); })},
        {"sigmoid_missed",
         "A dropout right before a sigmoid is not reported. What does a sigmoid make of 0?",
         reading(Rule::before_activation,
                 [](const Kinds& layers, std::size_t i) { return followed_by(layers, i, tanh); })},
        {"any_later_batch_norm",
         "before_batch_norm is reported for a batch normalization anywhere behind the dropout. "
         "Which layer does the header name?",
         reading(Rule::before_batch_norm,
                 [](const Kinds& layers, std::size_t i) { return later(layers, i, batch_norm); })},
        {"batch_norm_behind_linear",
         "before_batch_norm is also reported with a linear layer between. Which layer does the "
         "header name?",
         reading(Rule::before_batch_norm,
                 [](const Kinds& layers, std::size_t i) {
                     return followed_by(layers, i, batch_norm) ||
                            (followed_by(layers, i, linear) &&
                             followed_by(layers, i + 1, batch_norm));
                 })},
        {"any_later_activation",
         "before_activation is reported for an activation anywhere behind the dropout. Which layer "
         "does the header name?",
         reading(Rule::before_activation,
                 [](const Kinds& layers, std::size_t i) {
                     return later(layers, i, sigmoid) || later(layers, i, tanh);
                 })},
        {"stacked_at_a_distance",
         "stacked is reported for dropouts that have a layer between them. Which word of the "
         "header forbids that?",
         reading(Rule::stacked,
                 [](const Kinds& layers, std::size_t i) {
                     return i + 1 < layers.size() && later(layers, i + 1, dropout);
                 })},
        {"first_pair_only",
         "Of several stacked pairs only one is reported. How many are three dropouts in a row?",
         [](const Kinds& layers) {
             Issues issues;
             bool seen = false;
             for (const auto& issue : right_issues(layers)) {
                 const bool stacked = issue.second == Rule::stacked;
                 if (!stacked || !seen) issues.push_back(issue);
                 seen = seen || stacked;
             }
             return issues;
         }},
        {"previous_layer",
         "The layer before the dropout is looked at. In which direction does the data flow?",
         [](const Kinds& layers) {
             Issues issues;
             for (std::size_t i = 0; i < layers.size(); ++i) {
                 if (layers[i] != dropout) continue;
                 if (breaks(layers, i, Rule::after_output)) {
                     issues.emplace_back(i, Rule::after_output);
                 }
                 if (i == 0) continue;
                 if (layers[i - 1] == batch_norm) issues.emplace_back(i, Rule::before_batch_norm);
                 if (layers[i - 1] == sigmoid || layers[i - 1] == tanh) {
                     issues.emplace_back(i, Rule::before_activation);
                 }
                 if (layers[i - 1] == dropout) issues.emplace_back(i, Rule::stacked);
             }
             return issues;
         }},
        {"one_rule_for_each_dropout",
         "Where a dropout breaks several rules, only one is reported. Is there an else, a break or "
         "a continue that skips the others?",
         [](const Kinds& layers) {
             Issues issues;
             for (const auto& issue : right_issues(layers)) {
                 if (issues.empty() || issues.back().first != issue.first) issues.push_back(issue);
             }
             return issues;
         }},
        {"one_rule_for_each_dropout",
         "Where a dropout breaks several rules, only one is reported. Is there an else, a break or "
         "a continue that skips the others?",
         [](const Kinds& layers) {
             Issues issues;
             for (const auto& issue : right_issues(layers)) {
                 if (!issues.empty() && issues.back().first == issue.first) issues.pop_back();
                 issues.push_back(issue);
             }
             return issues;
         }},
        {"first_issue_only",
         "Only one issue is reported, however many there are. Where does the function return?",
         [](const Kinds& layers) {
             Issues issues = right_issues(layers);
             if (issues.size() > 1) issues.resize(1);
             return issues;
         }},
        {"only_first_dropout",
         "Only the first dropout of the list is looked at. Where does the loop end?",
         [](const Kinds& layers) {
             const auto first = std::find(layers.begin(), layers.end(), dropout);
             Issues issues;
             for (const auto& issue : right_issues(layers)) {
                 if (issue.first == static_cast<std::uint64_t>(first - layers.begin())) {
                     issues.push_back(issue);
                 }
             }
             return issues;
         }},
        {"last_layer_missed",
         "The last layer is never looked at. Which is the last index that your loop reaches?",
         [](const Kinds& layers) {
             Issues issues;
             for (const auto& issue : right_issues(layers)) {
                 if (issue.first + 1 < layers.size()) issues.push_back(issue);
             }
             return issues;
         }},
        {"first_layer_missed",
         "The first layer is never looked at. At which index does your loop start?",
         [](const Kinds& layers) {
             Issues issues;
             for (const auto& issue : right_issues(layers)) {
                 if (issue.first > 0) issues.push_back(issue);
             }
             return issues;
         }},
        {"input_dropout_reported",
         "A dropout on the input is reported. Which of the four rules would that break?",
         [](const Kinds& layers) {
             Issues issues = right_issues(layers);
             if (!layers.empty() && layers.front() == dropout &&
                 !breaks(layers, 0, Rule::after_output)) {
                 issues.emplace_back(0, Rule::after_output);
             }
             return issues;
         }},
        {"counted_from_one", "Every index is one too large. From which number are layers counted?",
         [](const Kinds& layers) {
             Issues issues = right_issues(layers);
             for (auto& issue : issues) ++issue.first;
             return issues;
         }},
        {"dropouts_counted", "The index counts the dropouts. Which layers does the header count?",
         [](const Kinds& layers) {
             Issues issues = right_issues(layers);
             for (auto& issue : issues) {
                 issue.first = static_cast<std::uint64_t>(std::count(
                     layers.begin(), layers.begin() + static_cast<std::ptrdiff_t>(issue.first),
                     dropout));
             }
             return issues;
         }},
        {"nothing_reported", "No issue is ever reported. Does what is found reach the result?",
         [](const Kinds&) { return Issues{}; }},
        {"reported_twice", "Every issue is reported twice. Do two loops find the same?",
         [](const Kinds& layers) {
             Issues issues = right_issues(layers);
             const Issues once = issues;
             issues.insert(issues.end(), once.begin(), once.end());
             return issues;
         }},
        {"reported_twice", "Each stacked pair is reported twice. Do both dropouts find it?",
         [](const Kinds& layers) {
             Issues issues = right_issues(layers);
             const Issues once = issues;
             for (const auto& [layer, rule] : once) {
                 if (rule == Rule::stacked) issues.emplace_back(layer + 1, rule);
             }
             return issues;
         }},
    };
    for (const Rule rule : {Rule::before_batch_norm, Rule::before_activation}) {
        all.push_back({"next_layers_index",
                       "For " + name_of(rule) +
                           " the index is that of the layer after the "
                           "dropout. Which of the two can be moved?",
                       [=](const Kinds& layers) {
                           Issues issues = right_issues(layers);
                           for (auto& issue : issues) issue.first += issue.second == rule ? 1 : 0;
                           return issues;
                       }});
    }
    for (const Rule rule : all_rules) {
        all.push_back({name_of(rule) + "_missed",
                       name_of(rule) + " is never reported. What does the header say of it?",
                       reading(rule, [](const Kinds&, std::size_t) { return false; })});
    }
    return all;
}

/// Fails at the first list for which the issues are wrong, with the misreading that explains the
/// answers to all lists.
void expect_issues(const std::vector<Kinds>& lists, const std::vector<Issues>& actual) {
    REQUIRE(actual.size() == lists.size());
    std::size_t wrong = 0;
    while (wrong < lists.size() && same_issues(actual[wrong], right_issues(lists[wrong]))) ++wrong;
    if (wrong == lists.size()) {
        expect(true, "");
        return;
    }
    const std::string message = "for " + text_of(lists[wrong]) +
                                "\nyours: " + text_of(actual[wrong]) +
                                "\nright: " + text_of(right_issues(lists[wrong]));
    // A few lists agree with many a misreading by accident.
    for (const Misreading& misreading : misreadings()) {
        bool explains = lists.size() > 100;
        for (std::size_t i = 0; i < lists.size() && explains; ++i) {
            explains = same_issues(actual[i], misreading.issues(lists[i]));
        }
        if (!explains) continue;
        expect(false, message, {{misreading.diagnosis, true, misreading.advice}});
        return;
    }
    // No single misreading explains all: say at least what is wrong with this list.
    const Issues right = right_issues(lists[wrong]);
    const auto no_dropout = [&](const auto& issue) {
        return issue.first >= lists[wrong].size() || lists[wrong][issue.first] != dropout;
    };
    if (std::any_of(actual[wrong].begin(), actual[wrong].end(), no_dropout)) {
        expect(false, message,
               {{"not_a_dropout", true,
                 "An issue names a layer that is no dropout. Which layer is in the wrong place?",
                 true}});
        return;
    }
    for (const PlacementRule rule : all_rules) {
        const auto here = where(actual[wrong], rule), there = where(right, rule);
        if (here.size() == there.size()) continue;
        const bool missing = here.size() < there.size();
        expect(false, message,
               {{name_of(rule) + (missing ? "_missing" : "_excess"), true,
                 name_of(rule) + (missing ? " is not reported here. Which layers does your test of "
                                            "it look at?"
                                          : " is reported here. By which word of the header?"),
                 true}});
        return;
    }
    expect(false, message,
           {{"wrong_index", true,
             "The rules are right, but not the layers. From where do you count?", true}});
}

std::vector<Issues> all_issues_of(const std::vector<Kinds>& lists) {
    std::vector<Issues> all;
    for (const Kinds& layers : lists) all.push_back(issues_of(layers));
    return all;
}

TEST_CASE("dropout where it belongs is not reported", "[05]") {
    const Kinds layers = GENERATE(
        Kinds{}, Kinds{linear}, Kinds{linear, relu}, Kinds{dropout, linear},
        Kinds{linear, sigmoid, linear, sigmoid, dropout, linear, sigmoid, dropout, linear, sigmoid,
              linear, relu},
        Kinds{linear, dropout, relu, linear}, Kinds{linear, batch_norm, tanh, dropout, linear},
        Kinds{dropout, linear, relu, dropout, linear, relu, dropout, linear});

    const auto issues = observe(call("check_placement(" + text_of(layers) + ")"),
                                [&] { return issues_of(layers); });

    judge([&] { expect_issues({layers}, {*issues}); });
}

TEST_CASE("dropout after the output is reported, also before its activation", "[05]") {
    const std::vector<Kinds> lists{
        {linear, sigmoid, linear, dropout},
        {linear, sigmoid, linear, relu, dropout},
        {linear, sigmoid, linear, dropout, relu},
        {linear, sigmoid, dropout, linear, relu},
        {linear, relu, linear, dropout, batch_norm, relu},
        {dropout},
    };

    const auto issues =
        observe(call("check_placement(layers)"), [&] { return all_issues_of(lists); });

    judge([&] { expect_issues(lists, *issues); });
}

TEST_CASE("dropout before a batch normalization, a sigmoid or a tanh is reported", "[05]") {
    const std::vector<Kinds> lists{
        {linear, dropout, batch_norm, relu, linear},
        {linear, dropout, sigmoid, linear},
        {linear, dropout, tanh, linear},
        {linear, dropout, relu, linear},
        {linear, dropout, linear, sigmoid, linear},
        {dropout, linear, batch_norm, linear},
    };

    const auto issues =
        observe(call("check_placement(layers)"), [&] { return all_issues_of(lists); });

    judge([&] { expect_issues(lists, *issues); });
}

TEST_CASE("two dropouts with nothing between are reported once", "[05]") {
    const std::vector<Kinds> lists{
        {linear, relu, dropout, dropout, linear},
        {linear, relu, dropout, dropout, dropout, linear},
        {dropout, linear, dropout, relu, dropout, linear},
        {dropout, dropout, linear, relu, dropout, dropout, linear},
    };

    const auto issues =
        observe(call("check_placement(layers)"), [&] { return all_issues_of(lists); });

    judge([&] { expect_issues(lists, *issues); });
}

TEST_CASE("every list of up to four layers is judged right", "[05][weight=3]") {
    std::vector<Kinds> lists{{}};
    for (std::size_t i = 0; i < lists.size() && lists[i].size() < 4; ++i) {
        for (const LayerKind kind : {linear, batch_norm, sigmoid, tanh, relu, dropout}) {
            Kinds longer = lists[i];
            longer.push_back(kind);
            lists.push_back(std::move(longer));
        }
    }

    const auto issues =
        observe(call("check_placement(layers)"), [&] { return all_issues_of(lists); });

    judge([&] { expect_issues(lists, *issues); });
}

// --- make_mlp ------------------------------------------------------------------------------------

MlpSpec spec_number(int number) {
    switch (number) {
        case 0:
            return {{1, 3, 5, 10, 5, 1}, {0, 0.4, 0.4, 0}, sigmoid, relu};  // the article's
        case 1:
            return {{4, 6, 3}, {0.37}, tanh, std::nullopt};
        case 2:
            return {{5, 7, 6, 8, 2}, {0.2, 0.7, 0.37}, relu, sigmoid};
        case 3:
            return {{3, 2}, {}, sigmoid, std::nullopt};
        case 4:
            return {{2, 9, 4, 3}, {0, 0.3}, sigmoid, tanh};
        case 5:
            return {{4, 3}, {}, sigmoid, tanh};
        default:
            return {{3, 4, 6, 2}, {0.7, 0}, relu, std::nullopt};
    }
}

std::string list_of(const std::vector<double>& numbers) {
    std::ostringstream text;
    for (const double one : numbers) {
        if (text.tellp() > 0) text << ", ";
        if (std::isnan(one)) text << "NaN";
        else text << one;
    }
    return "{" + text.str() + "}";
}

std::string text_of(const MlpSpec& spec) {
    const std::vector<double> widths(spec.widths.begin(), spec.widths.end());
    return "make_mlp for widths " + list_of(widths) + ", hidden_dropout " +
           list_of(spec.hidden_dropout) + ", hidden " + name_of(spec.hidden) + ", " +
           (spec.output ? "output " + name_of(*spec.output) : "no output activation");
}

void switch_all(nn::Layer& root, bool training) {
    for (nn::Layer* layer : all_of(root)) layer->training = training;
}

bool all_in_training(nn::Layer& root) {
    const std::vector<nn::Layer*> all = all_of(root);
    return std::all_of(all.begin(), all.end(), [](nn::Layer* layer) { return layer->training; });
}

/// A layer's way of being: by its type, or (unknown: a dropout, or a class of the student's own) by
/// what it does.
enum class Type { linear, batch_norm, sigmoid, tanh, relu, unknown };

Type type_of(const nn::Layer& layer) {
    if (dynamic_cast<const nn::Linear*>(&layer)) return Type::linear;
    if (dynamic_cast<const nn::BatchNorm*>(&layer)) return Type::batch_norm;
    if (dynamic_cast<const nn::Sigmoid*>(&layer)) return Type::sigmoid;
    if (dynamic_cast<const nn::Tanh*>(&layer)) return Type::tanh;
    if (dynamic_cast<const nn::ReLU*>(&layer)) return Type::relu;
    return Type::unknown;
}

/// What a network was seen to do, as vectors that a transcript can hold.
struct Seen {
    std::vector<Type> types;  ///< of the leaves
    std::vector<Matrix> parameters;
    /// x and each leaf's output: in evaluation, then in training.
    std::vector<Matrix> evaluation, training;
    /// In evaluation: the whole network's output, its gradient, and its parameters' gradients.
    std::vector<Matrix> whole;
    bool training_at_first = false;
};

Seen look_at(nn::Sequential network, const Matrix& x, const Matrix& grad) {
    Seen seen;
    seen.training_at_first = all_in_training(network);
    const std::vector<nn::Layer*> leaves = leaves_of(network);
    for (const nn::Layer* leaf : leaves) seen.types.push_back(type_of(*leaf));
    for (const nn::Parameter* parameter : network.parameters()) {
        seen.parameters.push_back(parameter->value);
    }
    const auto pass = [&](bool training) {
        switch_all(network, training);
        std::vector<Matrix> values{x};
        for (nn::Layer* leaf : leaves) values.push_back(leaf->forward(values.back()));
        return values;
    };
    seen.training = pass(true);
    seen.evaluation = pass(false);
    nn::zero_grad(network);
    seen.whole.push_back(network.forward(x));
    seen.whole.push_back(network.backward(grad));
    for (const nn::Parameter* parameter : network.parameters()) {
        seen.whole.push_back(parameter->grad);
    }
    return seen;
}

}  // namespace
}  // namespace lab::test

template <>
struct lab::observe::Codec<lab::test::Seen>
    : Members<lab::test::Seen, &lab::test::Seen::types, &lab::test::Seen::parameters,
              &lab::test::Seen::evaluation, &lab::test::Seen::training, &lab::test::Seen::whole,
              &lab::test::Seen::training_at_first> {};

namespace lab::test {
namespace {

/// "linear 1→3", "sigmoid", …: the layers that a spec asks for, or that a mistake makes of it.
using Plan = std::vector<std::string>;

struct Reading {
    bool dropout_after_output = false;
    bool dropout_before_activation = false;
    bool dropout_at_zero = false;
    bool dropout_on_input = false;
    bool no_dropout = false;
    bool no_output_activation = false;
    bool hidden_after_output = false;
    bool widths_swapped = false;
    bool last_hidden_bare = false;
    bool last_dropout_missing = false;
    bool output_linear_missing = false;
    bool stop_at_zero = false;
    std::optional<LayerKind> always_hidden = {};
    std::optional<LayerKind> always_output = {};
};

Plan plan(const MlpSpec& spec, const Reading& reading = {}) {
    Plan layers;
    const std::size_t linears = spec.widths.size() - 1;
    if (reading.dropout_on_input) layers.push_back("dropout");
    for (std::size_t i = 0; i < linears; ++i) {
        const bool last = i + 1 == linears;
        if (last && reading.output_linear_missing) break;
        Index in = spec.widths[i], out = spec.widths[i + 1];
        if (reading.widths_swapped) std::swap(in, out);
        layers.push_back("linear " + std::to_string(in) + "→" + std::to_string(out));
        if (last) break;
        const double p = spec.hidden_dropout[i];
        const bool drops = (p > 0 || reading.dropout_at_zero) && !reading.no_dropout &&
                           !(reading.last_dropout_missing && i + 2 == linears);
        if (drops && reading.dropout_before_activation) layers.push_back("dropout");
        if (!(reading.last_hidden_bare && i + 2 == linears)) {
            layers.push_back(name_of(reading.always_hidden.value_or(spec.hidden)));
        }
        if (drops && !reading.dropout_before_activation) layers.push_back("dropout");
    }
    std::optional<LayerKind> output = spec.output;
    if (reading.no_output_activation) output.reset();
    if (reading.hidden_after_output) output = spec.hidden;
    if (reading.always_output) output = reading.always_output;
    if (output) layers.push_back(name_of(*output));
    if (reading.dropout_after_output) layers.push_back("dropout");
    return layers;
}

std::string text_of(const Plan& layers) {
    std::string text;
    for (const std::string& layer : layers) text += (text.empty() ? "" : ", ") + layer;
    return text.empty() ? "no layers" : text;
}

/// What the network's leaves turn out to be.
Plan plan_seen(const Seen& seen) {
    Plan layers;
    for (std::size_t i = 0; i < seen.types.size(); ++i) {
        const Matrix &in = seen.evaluation[i], &out = seen.evaluation[i + 1];
        const auto does = [&](const Matrix& output) { return agree(out, output); };
        const auto a = in.array();
        switch (seen.types[i]) {
            case Type::linear:
                layers.push_back("linear " + std::to_string(in.cols()) + "→" +
                                 std::to_string(out.cols()));
                break;
            case Type::batch_norm:
                layers.push_back("batch_norm");
                break;
            case Type::sigmoid:
                layers.push_back("sigmoid");
                break;
            case Type::tanh:
                layers.push_back("tanh");
                break;
            case Type::relu:
                layers.push_back("relu");
                break;
            default:
                layers.push_back(does(in)                           ? "dropout"
                                 : does((1 + (-a).exp()).inverse()) ? "sigmoid"
                                 : does(a.tanh())                   ? "tanh"
                                 : does(a.max(0.0f))                ? "relu"
                                                                    : "an unknown layer");
        }
    }
    return layers;
}

/// Ends the judging block unless the network has the layers that the spec asks for.
void require_plan(const MlpSpec& spec, const Seen& seen) {
    REQUIRE(seen.evaluation.size() == seen.types.size() + 1);
    REQUIRE(seen.training.size() == seen.types.size() + 1);
    const Plan actual = plan_seen(seen), right = plan(spec);
    if (actual == right) return;
    struct Mistake {
        std::string diagnosis;
        Reading reading;
        std::string advice;
    };
    std::vector<Mistake> mistakes{
        {"dropout_after_output",
         {.dropout_after_output = true},
         "There is a dropout after the output. What does check_placement say of that?"},
        {"dropout_before_activation",
         {.dropout_before_activation = true},
         "The dropout stands before the activation. What does check_placement say of that, and "
         "which order does the header give?"},
        {"dropout_at_zero",
         {.dropout_at_zero = true},
         "There is a dropout layer where p = 0. The header asks for none there."},
        {"dropout_at_zero",
         {.dropout_before_activation = true, .dropout_at_zero = true},
         "There is a dropout layer where p = 0. The header asks for none there."},
        {"dropout_on_input",
         {.dropout_on_input = true},
         "There is a dropout before the first linear layer. To which layer does each p belong?"},
        {"no_dropout",
         {.no_dropout = true},
         "There is no dropout at all. What becomes of hidden_dropout?"},
        {"last_dropout_missing",
         {.last_dropout_missing = true},
         "The last hidden layer has no dropout. How many hidden layers do the widths make?"},
        {"output_activation_missing",
         {.no_output_activation = true},
         "The output has no activation. What becomes of spec.output?"},
        {"hidden_activation_at_output",
         {.hidden_after_output = true},
         "The hidden activation stands after the last linear layer. Which of the spec's fields "
         "speaks of the output?"},
        {"widths_swapped",
         {.widths_swapped = true},
         "Inputs and outputs of the linear layers are exchanged. Which comes first in Linear's "
         "constructor?"},
        {"last_hidden_bare",
         {.last_hidden_bare = true},
         "The last hidden layer has no activation. After which linear layers does one belong?"},
        {"output_layer_missing",
         {.output_linear_missing = true},
         "The last linear layer is missing. How many linear layers stand between n widths?"},
        {"output_layer_missing",
         {.no_output_activation = true, .output_linear_missing = true},
         "The last linear layer is missing. How many linear layers stand between n widths?"},
    };
    for (const LayerKind kind : {sigmoid, tanh, relu}) {
        mistakes.push_back({"hidden_ignored",
                            {.always_hidden = kind},
                            "The hidden activation is always " + name_of(kind) +
                                ". What becomes of spec.hidden?"});
        mistakes.push_back({"output_ignored",
                            {.always_output = kind},
                            "The output's activation is " + name_of(kind) +
                                " here. What does spec.output say, and what if it is empty?"});
    }
    const std::string message = "yours: " + text_of(actual) + "\nright: " + text_of(right);
    for (const Mistake& mistake : mistakes) {
        if (plan(spec, mistake.reading) != actual) continue;
        expect(false, message, {{mistake.diagnosis, true, mistake.advice}});
        FAIL("");
    }
    const auto wider = [&](std::size_t by) { return actual.size() == right.size() + by; };
    const auto dropouts = [](const Plan& layers) {
        return std::count(layers.begin(), layers.end(), "dropout");
    };
    Plan without = actual, right_without = right;
    std::erase(without, "dropout");
    std::erase(right_without, "dropout");
    expect(
        false, message,
        {{"dropout_misplaced", without == right_without && dropouts(actual) == dropouts(right),
          "The right number of dropouts, but not in their places. Which hidden layer does "
          "hidden_dropout[i] belong to?"},
         {"wrong_dropouts", without == right_without, "All is right but the number of dropouts.",
          true},
         {"layer_too_many", wider(1), "There is a layer too many.", true},
         {"wrong_layers", true, "Write down what stands between two widths, and compare.", true}});
    FAIL("");
}

std::vector<reference::Layer> reference_layers(const Plan& layers, const Seen& seen) {
    using reference::Kind;
    std::vector<reference::Layer> result;
    std::size_t parameter = 0;
    for (const std::string& layer : layers) {
        if (layer == "dropout") continue;
        if (layer == "sigmoid") result.push_back({Kind::sigmoid});
        else if (layer == "tanh") result.push_back({Kind::tanh});
        else if (layer == "relu") result.push_back({Kind::relu});
        else {
            result.push_back(
                {Kind::linear, seen.parameters[parameter], seen.parameters[parameter + 1]});
            parameter += 2;
        }
    }
    return result;
}

/// What was seen of a network whose spec is legal.
template <typename T>
const T& legal(const observe::Observed<T>& seen) {
    return accepted(seen, "legal_spec_refused",
                    "This spec is legal: p may be 0 or 1, and a network needs no hidden layer.");
}

TEST_CASE("the network has the layers that the spec asks for", "[05][weight=3]") {
    const MlpSpec spec = spec_number(GENERATE(0, 1, 2, 3, 4, 5, 6));
    const Matrix x = distinct_values(4, spec.widths.front(), 0);
    const Matrix grad = distinct_values(4, spec.widths.back(), 1);

    const auto seen =
        observe(call(text_of(spec)), [&] { return look_at(make_mlp(spec, 5), x, grad); });

    judge([&] {
        require_plan(spec, legal(seen));
        expect(seen->training_at_first, "some layers are in evaluation mode",
               {{"network_in_evaluation", true,
                 "A new network is about to be trained. Who switched it?"}});
    });
}

TEST_CASE("the network computes what LibTorch's Sequential does with the same weights",
          "[05][weight=2]") {
    const MlpSpec spec = spec_number(GENERATE(0, 1, 2, 3, 4, 5, 6));
    const Matrix x = distinct_values(4, spec.widths.front(), 0);
    const Matrix grad = distinct_values(4, spec.widths.back(), 1);

    const auto seen = observe(call(text_of(spec) + ", in evaluation mode"),
                              [&] { return look_at(make_mlp(spec, 6), x, grad); });

    judge([&] {
        require_plan(spec, legal(seen));
        REQUIRE(seen->parameters.size() == 2 * (spec.widths.size() - 1));
        for (std::size_t i = 0; i + 1 < spec.widths.size(); ++i) {
            expect_shape(seen->parameters[2 * i], spec.widths[i + 1], spec.widths[i]);
            expect_shape(seen->parameters[2 * i + 1], 1, spec.widths[i + 1]);
        }
        const reference::Pass expected =
            reference::run(reference_layers(plan(spec), *seen), x, grad, false);
        float largest = 1.0f;
        for (const Matrix& one : expected.grads) {
            largest = std::max(largest, one.cwiseAbs().maxCoeff());
        }
        REQUIRE(seen->whole.size() == 2 + expected.grads.size());
        CHECK_THAT(seen->whole[0], matches_sums(expected.output, largest));
        CHECK_THAT(seen->whole[1], matches_sums(expected.grad_input, largest));
        for (std::size_t i = 0; i < expected.grads.size(); ++i) {
            CHECK_THAT(seen->whole[2 + i], matches_sums(expected.grads[i], largest));
        }
    });
}

TEST_CASE("each hidden layer has its own p", "[05][weight=2]") {
    const MlpSpec spec = GENERATE(MlpSpec{{6, 7, 9, 8, 2}, {0.2, 0.7, 0.37}, tanh, sigmoid},
                                  MlpSpec{{6, 7, 9, 8, 2}, {0.7, 0, 0.2}, sigmoid, std::nullopt},
                                  MlpSpec{{6, 7, 9, 3}, {1.0, 0.37}, sigmoid, std::nullopt});
    const Matrix x = distinct_values(40, spec.widths.front(), 0);
    const Matrix grad = distinct_values(40, spec.widths.back(), 1);

    const auto seen = observe(call(text_of(spec) + ", in training mode"),
                              [&] { return look_at(make_mlp(spec, 7), x, grad); });

    judge([&] {
        require_plan(spec, legal(seen));
        std::vector<double> given;
        for (const double p : spec.hidden_dropout) {
            if (p > 0) given.push_back(p);
        }
        const Plan layers = plan(spec);
        std::size_t which = 0;
        for (std::size_t i = 0; i < layers.size(); ++i) {
            if (layers[i] != "dropout") continue;
            const Matrix &in = seen->training[i], &out = seen->training[i + 1];
            expect_shape(out, in.rows(), in.cols());
            const double p = given[which];
            const Matrix mask = (out.array() != 0.0f).cast<float>();
            const auto would_have = [&](double other) {
                return would_be(reference::dropout(in, mask, other));
            };
            std::vector<Explanation> explanations{
                {"p_of_keeping", would_have(1 - p),
                 "This dropout was made with 1-p. What does make_dropout's p stand for?"},
                {"training_ignored", would_be(in),
                 "This dropout drops nothing in training. Is it in training mode?"}};
            for (const double other : spec.hidden_dropout) {
                if (other == p || other == 0) continue;
                explanations.push_back(
                    {"p_of_another_layer", would_have(other),
                     "This dropout has the p of another hidden layer. Which entry of "
                     "hidden_dropout belongs to which layer?"});
            }
            REQUIRE_THAT(out, matches(reference::dropout(in, mask, p), explanations));
            ++which;
        }
    });
}

/// W · √inputs of each linear layer as one row: drawn from -1 to 1, whatever the shape.
std::vector<Matrix> draws_of(const std::vector<Matrix>& parameters) {
    std::vector<Matrix> rows;
    for (std::size_t i = 0; i < parameters.size(); i += 2) {
        const Matrix& weight = parameters[i];
        const Matrix scaled = weight * std::sqrt(static_cast<float>(weight.cols()));
        rows.emplace_back(Eigen::Map<const Matrix>(scaled.data(), 1, scaled.size()));
    }
    return rows;
}

/// Do the rows hold the same numbers, perhaps a few places apart?
bool share_a_run(const Matrix& a, const Matrix& b) {
    for (Index apart = 0; apart <= 3; ++apart) {
        const Index count = std::min(a.size(), b.size()) - apart;
        if (agree(a.middleCols(apart, count), b.leftCols(count))) return true;
        if (agree(a.leftCols(count), b.middleCols(apart, count))) return true;
    }
    return false;
}

TEST_CASE("no two linear layers draw the same weights", "[05]") {
    const std::uint64_t seed = GENERATE(8u, 0u);
    const MlpSpec spec{{4, 4, 4, 6, 3}, {0.2, 0, 0.2}, tanh, std::nullopt};

    const auto parameters = observe(call("the weights of " + text_of(spec), "seed", seed), [&] {
        nn::Sequential network = make_mlp(spec, seed);
        std::vector<Matrix> values;
        for (const nn::Parameter* parameter : network.parameters()) {
            values.push_back(parameter->value);
        }
        return values;
    });

    judge([&] {
        REQUIRE(parameters->size() == 8);
        const std::vector<Matrix> draws = draws_of(*parameters);
        for (std::size_t a = 0; a < draws.size(); ++a) {
            expect(draws[a].size() > 1 && draws[a].minCoeff() < draws[a].maxCoeff(),
                   "all weights of linear layer " + std::to_string(a) + " are the same",
                   {{"weights_constant", true,
                     "Units with equal weights stay equal for ever: they get equal gradients. Who "
                     "draws the weights?"}});
            for (std::size_t b = a + 1; b < draws.size(); ++b) {
                const bool same = share_a_run(draws[a], draws[b]);
                expect(!same,
                       "linear layers " + std::to_string(a) + " and " + std::to_string(b) +
                           " were made of the same random numbers",
                       {{"weights_repeated", true,
                         "Each linear layer draws from a generator. Does it go on, or start anew "
                         "with the same seed?"}});
                if (same) return;
            }
        }
    });
}

TEST_CASE("no two dropouts draw the same mask", "[05]") {
    const double p = GENERATE(0.3, 0.62);
    const std::uint64_t seed = GENERATE(9u, 0u);
    const MlpSpec spec{{5, 40, 40, 30, 2}, {p, p, p}, sigmoid, std::nullopt};
    const Matrix x = distinct_values(30, 5, 0), grad = distinct_values(30, 2, 1);

    const auto seen = observe(call("a training forward of " + text_of(spec), "x", x),
                              [&] { return look_at(make_mlp(spec, seed), x, grad); });

    judge([&] {
        require_plan(spec, legal(seen));
        std::vector<std::vector<bool>> masks;
        const Plan layers = plan(spec);
        for (std::size_t i = 0; i < layers.size(); ++i) {
            if (layers[i] != "dropout") continue;
            const Matrix& y = seen->training[i + 1];
            masks.emplace_back();
            for (Index k = 0; k < y.size(); ++k) masks.back().push_back(y.data()[k] != 0.0f);
        }
        REQUIRE(masks.size() == 3);
        const double agreement = p * p + (1 - p) * (1 - p);
        for (const auto& [a, b] : {std::pair(0u, 1u), std::pair(0u, 2u), std::pair(1u, 2u)}) {
            const std::size_t count = std::min(masks[a].size(), masks[b].size());
            std::int64_t agree_in = 0;
            for (std::size_t k = 0; k < count; ++k) agree_in += masks[a][k] == masks[b][k];
            const CountRange range = likely_count(static_cast<std::int64_t>(count), agreement, 3);
            expect(range.contains(agree_in),
                   "the masks of dropouts " + std::to_string(a) + " and " + std::to_string(b) +
                       " agree in " + std::to_string(agree_in) + " of " + std::to_string(count) +
                       " units, expected " + describe(range),
                   {{"dropouts_share_a_seed", agree_in == static_cast<std::int64_t>(count),
                     "They drop the same units in the same order. Which seed does each dropout "
                     "get?"},
                    {"dropouts_not_independent", true,
                     "The masks have to do with each other. Where do the dropouts' seeds come "
                     "from?"}});
        }
    });
}

TEST_CASE("the seed decides the whole network", "[05]") {
    const MlpSpec spec{{3, 20, 20, 2}, {0.4, 0.4}, sigmoid, std::nullopt};
    const Matrix x = distinct_values(10, 3, 0);

    const auto results = observe(
        call("a training forward of two networks with seed 5 and one with seed 6, then once more,"),
        [&] {
            std::array networks{make_mlp(spec, 5), make_mlp(spec, 5), make_mlp(spec, 6)};
            std::vector<Matrix> result;
            for (nn::Sequential& network : networks) {
                result.push_back(network.parameters().front()->value);
            }
            for (int round = 0; round < 2; ++round) {
                for (nn::Sequential& network : networks) result.push_back(network.forward(x));
            }
            return result;
        });

    judge([&] {
        REQUIRE(results->size() == 9);
        const std::vector<Matrix>& all = *results;
        for (std::size_t i = 0; i < 3; ++i) expect_shape(all[i], 20, 3);
        for (std::size_t i = 3; i < 9; ++i) expect_shape(all[i], 10, 2);
        const bool same_weights = agree(all[0], all[1]);
        expect(same_weights, "two networks with the same seed have different weights",
               {{"not_from_seed", true,
                 "Chance comes from somewhere else than the seed: std::random_device, or a static "
                 "generator that goes on from network to network?"}});
        if (!same_weights) return;
        expect(agree(all[3], all[4]) && agree(all[6], all[7]),
               "two networks with the same seed and the same weights draw different masks",
               {{"not_from_seed", true,
                 "Where do the dropouts' seeds come from? The same seed has to give the same."}});
        expect(!agree(all[0], all[2]), "networks with the seeds 5 and 6 have the same weights",
               {{"seed_ignored", true, "What becomes of the seed?"}});
        expect(!agree(all[3], all[6]), "two training forwards of one network gave the same output",
               {{"mask_repeated", true, "Do the dropouts draw?"}});
    });
}

TEST_CASE("other seeds give other masks", "[05]") {
    const MlpSpec spec{{3, 40, 2}, {0.4}, sigmoid, std::nullopt};
    const Matrix x = distinct_values(30, 3, 0), grad = distinct_values(30, 2, 1);

    const auto seen = observe(call(text_of(spec) + ", with the seeds 5 and 6"), [&] {
        std::vector<Seen> both;
        for (const std::uint64_t seed : {5u, 6u}) {
            both.push_back(look_at(make_mlp(spec, seed), x, grad));
        }
        return both;
    });

    judge([&] {
        REQUIRE(seen->size() == 2);
        std::vector<Matrix> masks;
        for (const Seen& one : *seen) {
            require_plan(spec, one);
            expect_shape(one.training[3], 30, 40);
            masks.emplace_back((one.training[3].array() != 0.0f).cast<float>());
        }
        const auto agree_in = (masks[0].array() == masks[1].array()).count();
        const CountRange range = likely_count(1200, 0.4 * 0.4 + 0.6 * 0.6);
        expect(range.contains(agree_in),
               "their first masks agree in " + std::to_string(agree_in) +
                   " of 1200 units, expected " + describe(range),
               {{"dropout_seed_fixed", agree_in == 1200,
                 "The dropouts drop the same units with every seed. Which seed do they get?"}});
    });
}

// --- Bad specs -----------------------------------------------------------------------------------

/// A bad spec, with the field and, where one number is wrong, that number.
struct BadSpec {
    std::vector<Index> widths;
    std::vector<double> hidden_dropout;
    std::string field;
    std::vector<double> values;
    std::string rule;
    std::string diagnosis;
};

void expect_bad_spec_refused(const BadSpec& bad) {
    const MlpSpec spec{bad.widths, bad.hidden_dropout, sigmoid, std::nullopt};

    const auto made =
        observe(call(text_of(spec)), [&] { return make_mlp(spec, 1).children().size(); });

    judge([&] {
        const std::vector<double> widths(bad.widths.begin(), bad.widths.end());
        const std::string argument =
            bad.field + " " + list_of(bad.field == "widths" ? widths : bad.hidden_dropout);
        expect_refused(made, {argument, bad.rule, bad.values, bad.diagnosis, bad.field});
    });
}

TEST_CASE("fewer than two widths are refused", "[05]") {
    const std::vector<Index> widths = GENERATE(std::vector<Index>{}, std::vector<Index>{3});

    expect_bad_spec_refused({widths,
                             {},
                             "widths",
                             {},
                             "widths has to hold at least two numbers",
                             "width_count_not_checked"});
}

TEST_CASE("a width below 1 is refused", "[05]") {
    const std::vector<Index> widths =
        GENERATE(std::vector<Index>{0, 4, 2}, std::vector<Index>{3, -2, 2},
                 std::vector<Index>{3, 4, 0}, std::vector<Index>{3, 0, 2});
    const auto wrong = *std::min_element(widths.begin(), widths.end());

    expect_bad_spec_refused({widths,
                             {0.2},
                             "widths",
                             {static_cast<double>(wrong)},
                             "each width has to be at least 1",
                             "width_not_checked"});
}

TEST_CASE("a wrong number of probabilities is refused", "[05]") {
    const std::vector<double> given =
        GENERATE(std::vector<double>{}, std::vector<double>{0.2},
                 std::vector<double>{0.2, 0.3, 0.2}, std::vector<double>{0, 0, 0, 0});

    expect_bad_spec_refused({{3, 4, 5, 2},
                             given,
                             "hidden_dropout",
                             {},
                             "hidden_dropout needs one p for each hidden layer, here 2",
                             "dropout_count_not_checked"});
}

TEST_CASE("a network without hidden layers has no probabilities", "[05]") {
    expect_bad_spec_refused({{3, 2},
                             {0.2},
                             "hidden_dropout",
                             {},
                             "hidden_dropout needs one p for each hidden layer, here none",
                             "dropout_count_not_checked"});
}

TEST_CASE("a probability outside of 0 to 1 is refused", "[05]") {
    const double p = GENERATE(1.1, -0.25, 37.0, std::numeric_limits<double>::quiet_NaN());
    const bool first = GENERATE(true, false);
    const std::vector<double> given =
        first ? std::vector<double>{p, 0.2} : std::vector<double>{0.2, p};

    expect_bad_spec_refused({{3, 4, 5, 2},
                             given,
                             "hidden_dropout",
                             {p},
                             "each p has to lie between 0 and 1",
                             std::isnan(p) ? "nan_slips_through" : "no_range_check"});
}

TEST_CASE("p = 0 and p = 1 are legal", "[05]") {
    const double p = GENERATE(0.0, 1.0);
    const MlpSpec spec{{3, 4, 2}, {p}, sigmoid, std::nullopt};
    const Matrix x = distinct_values(4, 3, 0), grad = distinct_values(4, 2, 1);

    const auto seen =
        observe(call(text_of(spec)), [&] { return look_at(make_mlp(spec, 3), x, grad); });

    judge([&] { require_plan(spec, legal(seen)); });
}

}  // namespace
}  // namespace lab::test
