#include "article.h"

#include <array>
#include <cmath>
#include <limits>
#include <memory>
#include <numeric>

#include "article_experiment.h"
#include "judging.h"
#include "layers.h"
#include "mask_statistics.h"
#include "reference.h"
#include "watched_training.h"

namespace lab::test {
namespace {

using namespace article;

// --- An epoch ------------------------------------------------------------------------------------

/// The row of x that was seen, or -1.
Index row_of(const Matrix& x, const Matrix& seen) {
    for (Index i = 0; i < x.rows(); ++i) {
        if (seen.rows() == 1 && seen.cols() == x.cols() && seen == x.row(i)) return i;
    }
    return -1;
}

TEST_CASE("an epoch takes one step for each sample, in the order of the rows", "[07][weight=2]") {
    const Setup setup{.widths = thin, .samples = 6, .epochs = 1};

    const auto training =
        observe(call("train_epoch(network, x, y, states, options) with 6 samples"),
                [&] { return train(setup); });

    judge([&] {
        const Diary& diary = training->diary;
        const Matrix x = setup.x(), y = setup.y();
        const auto forwards = std::count(diary.events.begin(), diary.events.end(), 0),
                   backwards = std::count(diary.events.begin(), diary.events.end(), 1);
        REQUIRE(static_cast<std::size_t>(forwards) == diary.inputs.size());
        REQUIRE(static_cast<std::size_t>(forwards) == diary.values.size());
        std::vector<Index> order;
        bool batch = false;
        for (const Matrix& seen : diary.inputs) {
            order.push_back(row_of(x, seen));
            batch = batch || seen.rows() > 1;
        }
        // Every sample's loss is asked for once more, right after its step or at the end.
        const auto asked_again = [&] {
            std::vector<int> after_each, at_the_end;
            for (int i = 0; i < 6; ++i) after_each.insert(after_each.end(), {0, 1, 0});
            for (int i = 0; i < 6; ++i) at_the_end.insert(at_the_end.end(), {0, 1});
            at_the_end.insert(at_the_end.end(), 6, 0);
            std::vector<int> with_a_batch(at_the_end.begin(), at_the_end.begin() + 13);
            return diary.events == after_each || diary.events == at_the_end ||
                   diary.events == with_a_batch;
        };
        expect(
            forwards == 6 && backwards == 6,
            std::to_string(forwards) + " times forward and " + std::to_string(backwards) +
                " times backward, for 6 samples",
            {{"loss_after_step", asked_again(),
              "After a step, forward runs once more. Which loss is asked for: the one before "
              "the step or after it? And which dropout mask would a second forward have?"},
             {"whole_batch", batch,
              "All samples went through at once. How many does a step of "
              "the article have?"},
             {"forward_repeated", backwards == 6 && forwards > 6,
              "forward runs more than once before a backward. Each time a dropout would draw "
              "another mask: is the loss that you return that of the step?"},
             {"sample_missed", forwards == backwards && forwards == 5,
              "One sample is left out. Where does your loop over the rows begin and end?"},
             {"one_step_an_epoch", backwards <= 1, "How many steps does an epoch have?"},
             {"several_epochs", forwards == backwards && forwards > 6,
              "The samples were shown more than once. Who repeats epochs, train_epoch or its "
              "caller?"},
             {"wrong_steps", true, "Which steps does an epoch have, and in which order?", true}});
        if (forwards != 6 || backwards != 6) return;

        std::vector<Index> sorted = order;
        std::sort(sorted.begin(), sorted.end());
        std::vector<Index> in_order(6);
        std::iota(in_order.begin(), in_order.end(), 0);
        std::string rows;
        for (const Index row : order) rows += " " + std::to_string(row);
        expect(order == in_order, "the rows of x went through in the order" + rows,
               {{"whole_batch", batch, "How many samples does a step of the article have?"},
                {"order_reversed", std::equal(order.rbegin(), order.rend(), in_order.begin()),
                 "That is the order from the last row to the first."},
                {"order_shuffled", sorted == in_order,
                 "Shuffling the samples is common, and the article does not do it. What would it "
                 "change about a comparison with the article?"},
                {"sample_repeated", sorted.front() >= 0,
                 "Some rows came more than once and others not at all. What does your index run "
                 "over?"},
                {"wrong_input", true, "That is not a row of x. What is handed to forward?"}});
        if (order != in_order) return;

        const auto later = [&](int kind) {
            for (int i = 0; i < 6; ++i) {
                if (diary.events[static_cast<std::size_t>(i)] != kind) return false;
            }
            return true;
        };
        expect(!later(0), "all forwards came before the first backward",
               {{"one_step_an_epoch", true,
                 "Whose forward does a backward belong to, when several forwards came before?"}});
        if (later(0)) return;
        require_steps(setup, *training);

        const std::vector<std::vector<Matrix>> values = values_after_steps(*training);
        std::size_t moved = 0;
        for (std::size_t t = 0; t < 6; ++t) moved += values[t] != diary.values[t] ? 1 : 0;
        const bool one_at_the_end = moved == 1 && values.back() != diary.values.back();

        // Before each backward everything was 0, or had not been zeroed at all, or too late.
        const auto left = std::count(diary.leftovers.begin(), diary.leftovers.end(), 1);
        expect(left == 0,
               "when backward began, gradients were left over in " + std::to_string(left) +
                   " of 6 steps",
               {{"one_step_an_epoch", one_at_the_end,
                 "And there is one step, at the end. How many does an epoch have?"},
                {"zero_grad_missing", left == 6,
                 "backward adds to what is there. Who clears the gradients of the step before?"},
                {"zero_grad_missing", diary.leftovers.front() == 1 && left == 1,
                 "Before the first step too, something may be left over. When are the gradients "
                 "cleared?"},
                {"zero_grad_once", true,
                 "The gradients are cleared, but not before every backward. Where does zero_grad "
                 "stand?"}});
        if (left != 0) return;

        for (std::size_t t = 0; t < 6; ++t) {
            const auto i = static_cast<Index>(t);
            REQUIRE((diary.outputs[t].rows() == 1 && diary.outputs[t].cols() == 1));
            REQUIRE((diary.grad_outputs[t].rows() == 1 && diary.grad_outputs[t].cols() == 1));
            const auto right = reference::mean_squared_error(diary.outputs[t], y.row(i)).grad(0, 0);
            const float came = diary.grad_outputs[t](0, 0), output = diary.outputs[t](0, 0);
            const auto is = [&](float other) {
                return std::abs(came - other) <= 1e-5f * std::max(1.0f, std::abs(other));
            };
            expect(is(right),
                   "for sample " + std::to_string(i) + " backward got " + number(came) +
                       ", and the gradient of the loss is " + number(right),
                   {{"gradient_negated", is(-right), "Which of prediction and target comes first?"},
                    {"gradient_scaled", is(right / 6) || is(right / 2) || is(2 * right),
                     "That is a multiple of it. nn::mean_squared_error returns the gradient beside "
                     "the loss: what else happens to it?"},
                    {"output_for_gradient", is(output) || is(1),
                     "What does backward want: the output, or the slope of the loss?"},
                    {"wrong_gradient", true,
                     "nn::mean_squared_error returns the gradient beside the loss. Of which "
                     "prediction, and of which row of y?",
                     true}});
            if (!is(right)) return;
        }

        expect(moved == 6, "the parameters moved in " + std::to_string(moved) + " of 6 steps",
               {{"no_step", moved == 0,
                 "Nothing is learned. Is there a step, and what do the gradients hold by then?"},
                {"one_step_an_epoch", one_at_the_end,
                 "There is one step, at the end. How many does an epoch have?"},
                {"no_step", true, "When is a step taken?", true}});
    });
}

TEST_CASE("each parameter has a state of its own, which goes on from epoch to epoch",
          "[07][weight=2]") {
    const Setup setup{.widths = thin, .samples = 5, .epochs = 3};

    const auto training = observe(call("train_epoch three times, with the same states"),
                                  [&] { return train(setup); });

    judge([&] {
        require_steps(setup, *training);
        expect_adam(setup, *training);
        expect(training->steps == std::vector<std::int64_t>(6, 15),
               "states does not hold six states of 15 steps each, for six parameters and three "
               "epochs of five samples",
               {{"states_not_kept", training->steps.empty(),
                 "states is still empty. What will the caller hand to the next epoch?"},
                {"states_not_kept", true,
                 "What the steps remember is somewhere else. What will the caller hand to the next "
                 "epoch?",
                 true}});
    });
}

TEST_CASE("every layer trains, whatever mode it was in", "[07]") {
    const int pattern = GENERATE(0, 1, 2);
    const Setup setup{.widths = wide, .samples = 3, .epochs = 1, .p = 0.37};

    const auto training =
        observe(call(pattern == 0   ? "train_epoch of a network in training"
                     : pattern == 1 ? "train_epoch of a network in evaluation"
                                    : "train_epoch of a network whose layers are "
                                      "in training and evaluation in turn"),
                [&] {
                    WatchedNetwork watched(setup);
                    int place = 0;
                    for (nn::Layer* layer : all_of(watched.network)) {
                        layer->training = pattern == 0 || (pattern == 2 && place++ % 2 == 1);
                    }
                    std::vector<AdamState> states;
                    Training result;
                    train_epoch(watched.network, setup.x(), setup.y(), states, setup.options);
                    result.diary = std::move(watched.diary);
                    return result;
                });

    judge([&] {
        expect(!training->diary.modes.empty(), "no forward was made");
        for (const std::vector<int>& modes : training->diary.modes) {
            const auto evaluating = std::count(modes.begin(), modes.end(), 0);
            expect(evaluating == 0,
                   std::to_string(evaluating) + " of " + std::to_string(modes.size()) +
                       " layers were in evaluation mode during a forward",
                   {{"trains_in_evaluation", evaluating == static_cast<std::int64_t>(modes.size()),
                     "A training without dropout. Who switches the network, after the last "
                     "predict?"},
                    {"some_layers_in_evaluation", true,
                     "Layers hold layers: which function of lesson 04 reaches all of them?"}});
            if (evaluating != 0) return;
        }
    });
}

/// The network of a WatchedNetwork for LibTorch.
std::vector<reference::Layer> reference_layers(const Setup& setup) {
    using reference::Kind;
    const std::vector<Matrix> start = setup.start();
    const auto masks = [&](unsigned layer) {
        reference::Layer dropout{Kind::dropout};
        dropout.mask = setup.masks(layer).row(0);
        dropout.p = setup.p;
        return dropout;
    };
    return {{Kind::linear, start[0], start[1]}, {Kind::sigmoid}, masks(1),
            {Kind::linear, start[2], start[3]}, {Kind::tanh},    masks(2),
            {Kind::linear, start[4], start[5]}};
}

reference::Trained reference_training(const Setup& setup) {
    const Matrix x = setup.x(), y = setup.y(), first = setup.masks(1), second = setup.masks(2);
    std::vector<reference::TrainingStep> steps;
    for (Index t = 0; t < setup.steps(); ++t) {
        const Index i = t % setup.samples;
        steps.push_back({x.row(i), y.row(i), {first.row(t), second.row(t)}});
    }
    const AdamOptions& options = setup.options;
    return reference::train(reference_layers(setup), steps, reference::Optimizer::adam,
                            {options.lr, options.beta1, options.beta2, options.eps,
                             options.weight_decay, setup.biases_decay},
                            0);
}

TEST_CASE("three epochs are LibTorch's, losses and parameters", "[07][weight=3]") {
    const auto [weight_decay, biases_decay] =
        GENERATE(table<double, bool>({{0.0, false}, {0.1, false}, {0.1, true}}));
    Setup setup{.widths = wide, .samples = 7, .epochs = 3, .p = 0.37};
    setup.options.weight_decay = weight_decay;
    setup.biases_decay = biases_decay;

    const auto training = observe(call(biases_decay ? "train_epoch three times, biases decay too,"
                                                    : "train_epoch three times",
                                       "weight_decay", weight_decay),
                                  [&] { return train(setup); });

    judge([&] {
        require_steps(setup, *training);
        expect_adam(setup, *training);
        const reference::Trained right = reference_training(setup);
        double so_far = 0;
        for (std::size_t epoch = 0; epoch < 3; ++epoch) {
            const auto first = right.losses.begin() + static_cast<std::ptrdiff_t>(7 * epoch);
            const double sum = std::accumulate(first, first + 7, 0.0);
            const double yours = training->sums[epoch], before = so_far;
            so_far += sum;
            // A single loss may come near 0, so differences are measured by the epoch's sum.
            const auto is = [&](double other) { return std::abs(yours - other) <= 1e-4 * sum; };
            const auto with_penalty = [&](double share) {
                double total = sum;
                for (std::size_t t = 7 * epoch; t < 7 * epoch + 7; ++t) {
                    for (std::size_t k = 0; k < 6; ++k) {
                        if (!setup.decays(k)) continue;
                        const double squares =
                            training->diary.values[t][k].cast<double>().squaredNorm();
                        total += share * weight_decay * squares;
                    }
                }
                return total;
            };
            expect(is(sum),
                   "epoch " + std::to_string(epoch + 1) + ": your sum of losses is " +
                       number(yours) + ", LibTorch's " + number(sum),
                   {{"loss_averaged", is(sum / 7), "You return the mean. The article sums."},
                    {"loss_of_last_sample", is(first[6]),
                     "That is the last sample's loss. What becomes of the others?"},
                    {"loss_of_first_sample", is(first[0]),
                     "That is the first sample's loss. What becomes of the others?"},
                    {"loss_not_averaged", is(2 * sum),
                     "It is the sum over the outputs, where each loss is the mean over them."},
                    {"loss_goes_on", epoch > 0 && is(before + sum),
                     "The sum of the epochs before is still in it. When does it start at 0?"},
                    {"penalty_counted",
                     weight_decay > 0 && (is(with_penalty(0.5)) || is(with_penalty(1))),
                     "The penalty is in it. The article's loss is that of the data."},
                    {"loss_halved", is(sum / 2), "It is half of that. Where is it halved?"},
                    {"loss_missing", yours == 0, "It is 0. What is added up, and what returned?"},
                    {"root_taken", std::abs(yours * yours - sum) <= 1e-4 * sum,
                     "It is the root of that. Who takes it?"},
                    {"wrong_loss", true,
                     "The training itself is right. Which loss of each sample is added?", true}});
            if (!is(sum)) return;
        }
        std::size_t k = 0;
        for (const reference::Layer& layer : right.layers) {
            if (layer.kind != reference::Kind::linear) continue;
            for (const Matrix& value : {layer.weight, layer.bias}) {
                expect(close(training->finish[k], value),
                       "parameter " + std::to_string(k) +
                           " of 6 (from 0) is not LibTorch's after three epochs");
                ++k;
            }
        }
    });
}

TEST_CASE("all that an epoch leaves behind is in the network and in states", "[07]") {
    const Setup setup{.widths = wide, .samples = 4, .epochs = 2};
    const auto fresh = GENERATE(false, true);

    const auto outcome = observe(
        call(fresh ? "train_epoch with new states, six of them instead of none"
                   : "train_epoch, then train_epoch of copies of the network and of states, after "
                     "an epoch of another network"),
        [&] {
            WatchedNetwork first(setup), second(setup), other(setup);
            std::vector<AdamState> states, copies, others;
            if (fresh) states.resize(6);
            train_epoch(first.network, setup.x(), setup.y(), states, setup.options);
            copies = states;
            const std::vector<Matrix> values = values_of(first.network);
            for (std::size_t k = 0; k < values.size(); ++k) {
                second.network.parameters()[k]->value = values[k];
            }
            if (!fresh) train_epoch(other.network, setup.x(), setup.y(), others, setup.options);
            train_epoch(second.network, setup.x(), setup.y(), copies, setup.options);
            return values_of(second.network);
        });
    const auto alike = observe(call("train_epoch twice"), [&] { return train(setup).finish; });

    judge([&] {
        const std::vector<Matrix> start = setup.start();
        REQUIRE((have_shapes_of(*outcome, start) && have_shapes_of(*alike, start)));
        expect(close(*outcome, *alike),
               fresh ? "the second epoch ends elsewhere than it does when states was empty at first"
                     : "the second epoch of the copies ends elsewhere than the second epoch of the "
                       "network that was copied",
               {{"states_replaced", fresh,
                 "states has the right size, and was not used. Which sizes are there, and what do "
                 "they mean?"},
                {"state_outside", true,
                 "Something is remembered outside of network and states: a static variable? Would "
                 "two networks train side by side?"}});
    });
}

TEST_CASE("an epoch without samples takes no step and is 0", "[07]") {
    const Setup setup{.widths = wide, .samples = 4, .epochs = 1};

    const auto outcome =
        observe(call("train_epoch(network, x, y, states, options) with x 0×2, y 0×2"), [&] {
            WatchedNetwork watched(setup);
            std::vector<AdamState> states;
            const double sum =
                train_epoch(watched.network, Matrix(0, 2), Matrix(0, 2), states, setup.options);
            return std::pair(sum, values_of(watched.network));
        });

    judge([&] {
        const auto& [sum, values] = accepted_empty(outcome);
        expect(sum == 0, "returned " + number(sum),
               {{"loss_averaged", std::isnan(sum), "Is the sum divided by the samples?"}});
        expect(values == setup.start(), "the parameters have moved");
    });
}

TEST_CASE("states of the wrong number are refused, before any step", "[07]") {
    const std::size_t count = GENERATE(std::size_t{5}, std::size_t{7}, std::size_t{1});
    const Setup setup{.widths = wide, .samples = 4, .epochs = 1};

    const auto sum = observe(
        call("train_epoch for a network of 6 parameters", "states", static_cast<double>(count)),
        [&] {
            WatchedNetwork watched(setup);
            std::vector<AdamState> states(count);
            return train_epoch(watched.network, setup.x(), setup.y(), states, setup.options);
        });

    judge([&] {
        expect_refused(sum, {std::to_string(count) + " states for 6 parameters",
                             "states has to be empty, or to hold one state for each parameter",
                             {static_cast<double>(count), 6.0},
                             "state_count_not_checked"});
    });
}

TEST_CASE("x and y of different lengths are refused, before any step", "[07]") {
    const auto [rows, targets] = GENERATE(table<Index, Index>({{7, 9}, {9, 7}, {0, 3}, {3, 0}}));
    const Setup setup{.widths = wide, .samples = 4, .epochs = 1};

    const auto sum =
        observe(call("train_epoch for x and y of different lengths", "x", Matrix(rows, 2), "y",
                     Matrix(targets, 2)),
                [&, rows = rows, targets = targets] {
                    WatchedNetwork watched(setup);
                    std::vector<AdamState> states;
                    return train_epoch(watched.network, distinct_values(rows, 2, 1),
                                       distinct_values(targets, 2, 2), states, setup.options);
                });
    const auto values =
        observe(call("the parameters after train_epoch for x and y of different lengths", "x",
                     Matrix(rows, 2), "y", Matrix(targets, 2)),
                [&, rows = rows, targets = targets] {
                    WatchedNetwork watched(setup);
                    std::vector<AdamState> states;
                    call_only([&, rows = rows, targets = targets] {
                        train_epoch(watched.network, distinct_values(rows, 2, 1),
                                    distinct_values(targets, 2, 2), states, setup.options);
                    });
                    return values_of(watched.network);
                });

    judge([&, rows = rows, targets = targets] {
        expect_refused(sum, {"x and y of different lengths",
                             "every row of x needs its row of y",
                             {static_cast<double>(rows), static_cast<double>(targets)},
                             "row_count_not_checked"});
        if (sum.has_value()) return;
        expect(*values == setup.start(), "the parameters have moved before x and y were refused",
               {{"refused_too_late", true,
                 "Steps were taken before the exception came. When can the check be made?"}});
    });
}

// --- Where to look -------------------------------------------------------------------------------

/// Samples in no order, the smallest and the largest among the others.
Matrix taught(int which) {
    std::vector<float> x;
    switch (which) {
        case 0:
            x = {4.5f, 1.25f, 9.75f, 2.5f, 7.0f, 3.25f};
            break;
        case 1:
            x = {-3.0f, 2.0f, -8.5f, 5.25f, 0.5f};
            break;
        case 2:
            x = {-20.0f, -12.5f, -31.0f, -14.0f};
            break;
        default:
            x = {130.0f, 118.0f, 142.0f, 121.0f, 140.0f};
    }
    Rng rng = input_rng(5);
    const float factor = 0.5f + static_cast<float>(rng() % 1000) / 1000.0f;
    // Neither end stays where it is for ever, and neither comes first or last.
    std::shuffle(x.begin(), x.end(), rng);
    for (const std::size_t end : {std::size_t{0}, x.size() - 1}) {
        const auto [low, high] = std::minmax_element(x.begin(), x.end());
        for (std::size_t i = 1; i + 1 < x.size(); ++i) {
            const bool extreme = x[end] == *low || x[end] == *high;
            const bool inner = x[i] != *low && x[i] != *high;
            if (extreme && inner) std::swap(x[end], x[i]);
        }
    }
    return factor * Eigen::Map<const Matrix>(x.data(), static_cast<Index>(x.size()), 1);
}

/// `count` points whose first is `low` and whose last would be number `gaps` after it.
Matrix spaced(Index count, double low, double high, Index gaps, double offset = 0) {
    Matrix points(count, 1);
    for (Index i = 0; i < count; ++i) {
        const double share = (static_cast<double>(i) + offset) / static_cast<double>(gaps);
        points(i, 0) = static_cast<float>(low + (high - low) * share);
    }
    return points;
}

TEST_CASE("the points go from the smallest x to the largest in even steps", "[07][weight=2]") {
    const int which = GENERATE(0, 1, 2, 3);
    const Index count = GENERATE(2, 5, 6, 38);
    const Matrix x = taught(which);

    const auto points =
        observe(call("evaluation_points(x, count)", "x", x, "its smallest", x.minCoeff(),
                     "its largest", x.maxCoeff(), "count", static_cast<double>(count)),
                [&] { return evaluation_points(x, count); });

    judge([&] {
        const double low = x.minCoeff(), high = x.maxCoeff(), range = high - low;
        const double first = x(0, 0), last = x(x.rows() - 1, 0);
        Matrix sorted = x;
        std::sort(sorted.data(), sorted.data() + sorted.size());
        const auto slack = static_cast<float>(1e-5 * std::max(std::abs(low), std::abs(high)));
        const Matrix expected = spaced(count, low, high, count - 1);
        const Matrix& actual = *points;
        expect_shape(actual, count, 1);
        const auto is = [&](const Matrix& other) {
            return other.rows() == count && agree(actual, other, slack);
        };
        const bool inside = actual.minCoeff() >= static_cast<float>(low) - slack &&
                            actual.maxCoeff() <= static_cast<float>(high) + slack;
        Matrix back = expected.colwise().reverse();
        const Matrix whole_steps =
            spaced(count, low, low + std::trunc(range / static_cast<double>(count - 1)), 1);
        Matrix all_but_last = Matrix::Constant(count, 1, static_cast<float>(low));
        all_but_last(count - 1, 0) = static_cast<float>(high);
        expect(is(expected),
               "yours run from " + number(actual(0, 0)) + " over " + number(actual(1, 0)) +
                   " … to " + number(actual(count - 1, 0)) + ", right are " +
                   number(expected(0, 0)) + " over " + number(expected(1, 0)) + " … to " +
                   number(expected(count - 1, 0)),
               {{"integer_division", is(whole_steps) || is(all_but_last),
                 "Somewhere a fraction is cut off. What is 3 / 4 in C++, or a float in an int?"},
                {"from_zero",
                 is(spaced(count, 0, high, count - 1)) || is(spaced(count, 0, high, count)),
                 "Yours start at 0. Was the network taught anything there?"},
                {"article_points",
                 is(spaced(count, 0, 10, count - 1)) || is(spaced(count, 0, 10, count)) ||
                     is(spaced(count, 0, 1, 100)),
                 "Yours are the article's, from 0 to 10, whatever x is."},
                {"points_for_ten", is(spaced(count, 1, 10, count - 1)),
                 "Yours run from 1 to 10, whatever x is."},
                {"first_row_to_last", is(spaced(count, first, last, count - 1)),
                 "Yours run from the first row of x to the last. Are these its ends?"},
                {"last_point_missing", is(spaced(count, low, high, count)),
                 "The largest x is missing. How many gaps are there between `count` points?"},
                {"first_point_missing", is(spaced(count, low, high, count, 1)),
                 "The smallest x is missing. With which index does your loop start?"},
                {"ends_missing",
                 is(spaced(count, low, high, count, 0.5)) ||
                     is(spaced(count, low, high, count + 1, 1)),
                 "Both ends are missing, though the network was taught there."},
                {"descending", is(back), "Yours run downwards."},
                {"points_of_x",
                 count <= x.rows() && (is(x.topRows(count)) || is(sorted.topRows(count))),
                 "Yours are the samples themselves. Where does overfitting show: at the samples or "
                 "between them?"},
                {"outside_the_data", !inside,
                 "Some of yours lie outside of the data, where nothing was taught. From where to "
                 "where does x reach?"},
                {"not_even",
                 std::abs(actual(0, 0) - low) <= slack &&
                     std::abs(actual(count - 1, 0) - high) <= slack,
                 "The ends are right, and the steps between them are not even."},
                {"ends_missing", inside && range > 0,
                 "All lie within the data, and its ends are not among them.", true}});
    });
}

TEST_CASE("one x, taught again and again, is every point", "[07]") {
    const Index rows = GENERATE(1, 3);

    const auto points = observe(call("evaluation_points(x, 4) where all of x is -2.5"), [&] {
        return evaluation_points(Matrix::Constant(rows, 1, -2.5f), 4);
    });

    judge([&] { CHECK_THAT(*points, equals(Matrix::Constant(4, 1, -2.5f), "the only x")); });
}

TEST_CASE("fewer than two points are refused, and so is an empty x", "[07]") {
    const int count = GENERATE(1, 0, -3, 4);
    const Matrix x = count < 2 ? taught(0) : Matrix(0, 1);

    const auto points = observe(call("evaluation_points(x, count)", "x", x, "count", count),
                                [&] { return evaluation_points(x, count); });

    judge([&] {
        if (count < 2) {
            expect_refused(points, {"count = " + std::to_string(count),
                                    "two ends are at least two points",
                                    {static_cast<double>(count)},
                                    "count_not_checked"});
        } else {
            expect_refused(
                points,
                {"an empty x", "an empty x has no smallest entry", {}, "empty_data_accepted"});
        }
    });
}

// --- Networks that tell modes apart --------------------------------------------------------------

struct Cursed : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// Gives out a table in evaluation and another one in training, whatever x is; in a row for each
/// row of x. Throws when asked to.
class Table : public nn::Layer {
public:
    Table(Matrix evaluation, Matrix in_training)
        : evaluation_(std::move(evaluation)), training_(std::move(in_training)) {}
    Matrix forward(const Matrix& x) override {
        if (throws) throw Cursed{"this layer is cursed"};
        const Matrix& table = training ? training_ : evaluation_;
        return table.topRows(std::min(x.rows(), table.rows()));
    }
    Matrix backward(const Matrix& grad_output) override { return grad_output; }

    bool throws = false;

private:
    Matrix evaluation_, training_;
};

/// Hands x on; in training, with another number added to each row.
class Noise : public nn::Layer {
public:
    Matrix forward(const Matrix& x) override {
        Matrix y = x;
        for (Index i = 0; training && i < y.rows(); ++i) y.row(i).array() += 1.5f * (i + 1.0f);
        return y;
    }
    Matrix backward(const Matrix& grad_output) override { return grad_output; }
};

/// Table at the bottom, noise on several levels above: all have to be in evaluation.
struct Nested {
    Nested(const Matrix& evaluation, const Matrix& in_training) {
        auto inner = std::make_unique<nn::Sequential>();
        inner->add(std::make_unique<Noise>());
        auto outer = std::make_unique<nn::Sequential>();
        outer->add(std::move(inner));
        outer->add(std::make_unique<Noise>());
        auto owned = std::make_unique<Table>(evaluation, in_training);
        table = owned.get();
        network.add(std::move(owned));
        network.add(std::move(outer));
        network.add(std::make_unique<Noise>());
    }
    nn::Sequential network;
    Table* table;
};

constexpr std::size_t nested_layers = 7;

Modes patterned(int pattern) {
    switch (pattern) {
        case 0:
            return {1, 0, 1, 1, 0, 0, 1};
        case 1:
            return {0, 1, 0, 0, 1, 1, 0};
        case 2:
            return Modes(nested_layers, 1);
        default:
            return Modes(nested_layers, 0);
    }
}

void expect_modes_kept(const Modes& before, const Modes& after, const std::string& when) {
    expect(after == before,
           "the layers' modes were " + text_of(before) + " and are " + text_of(after) + " " + when +
               " (T training, E evaluation)",
           {{"modes_not_restored", after == Modes(nested_layers, 0),
             "Everything is left in evaluation mode. What happens to a training that goes on?"},
            {"restored_to_training", after == Modes(nested_layers, 1),
             "Everything is in training mode now. Was it before?"},
            {"restored_partly", true,
             "Some layers are in another mode than before. Which function of lesson 04 takes care "
             "of all?",
             true}});
}

/// What a call leaves of the modes when the network's forward throws, and what its caller catches.
template <typename Function>
std::pair<Modes, std::string> after_a_throw(const Modes& before, Function function) {
    Nested nested(Matrix::Ones(3, 2), Matrix::Ones(3, 2));
    nested.table->throws = true;
    put_modes(nested.network, before);
    std::string caught = "nothing";
    try {
        function(nested.network);
    } catch (const NotWritten&) { throw; } catch (const Cursed& error) {
        caught = std::string("Cursed: ") + error.what();
    } catch (const std::exception& error) {
        caught = std::string("another exception: ") + error.what();
    }
    return {modes_of(nested.network), caught};
}

void expect_after_a_throw(const Modes& before, const std::pair<Modes, std::string>& outcome) {
    const auto& [after, caught] = outcome;
    REQUIRE(after.size() == nested_layers);
    expect(
        caught == "Cursed: this layer is cursed",
        "a layer threw Cursed, and the caller got " + caught,
        {{"exception_swallowed", caught == "nothing",
          "The caller goes on with a number that never was."},
         {"exception_changed", true, "The caller gets another exception than the layer threw."}});
    expect(after == before,
           "the layers' modes were " + text_of(before) + " and are " + text_of(after) +
               " after forward threw (T training, E evaluation)",
           {{"not_restored_on_throw", true,
             "When forward throws, the lines behind it do not run. Which function of lesson 04 "
             "knows that?"}});
}

// --- The error -----------------------------------------------------------------------------------

TEST_CASE("the error is the mean of (prediction - truth)², divided by nothing else",
          "[07][weight=2]") {
    const auto [rows, cols] = GENERATE(table<Index, Index>({{7, 1}, {5, 3}}));
    const Matrix prediction = distinct_values(rows, cols, 1),
                 truth = distinct_values(rows, cols, 2);

    const auto error =
        observe(call("mean_squared_error(network, x, truth)", "x", Matrix(rows, 2), "truth", truth),
                [&, rows = rows] {
                    Table network(prediction, prediction);
                    return mean_squared_error(network, distinct_values(rows, 2, 3), truth);
                });

    judge([&, rows = rows, cols = cols] {
        const double right = reference::mean_squared_error(prediction, truth).value;
        const Eigen::ArrayXXd p = prediction.cast<double>().array(),
                              t = truth.cast<double>().array(), d = p - t;
        const auto r = static_cast<double>(rows), c = static_cast<double>(cols);
        const double sum = d.square().sum();
        const auto is = [&](double other) {
            return std::abs(*error - other) <= 1e-5 * std::abs(other);
        };
        const auto mean_or_sum = [&](const Eigen::ArrayXXd& terms) {
            return is(terms.mean()) || is(terms.sum());
        };
        expect(
            is(right), "yours " + number(*error) + ", LibTorch's mse_loss " + number(right),
            {{"relative_to_prediction",
              mean_or_sum(d.square() / p.square()) || mean_or_sum(d.square() / p.abs()) ||
                  is(sum / p.square().sum()),
              "Your error is divided by the prediction, as the article's. Which network looks "
              "good then: one that predicts too much, or too little?"},
             {"relative_to_truth",
              mean_or_sum(d.square() / t.square()) || mean_or_sum(d.square() / t.abs()) ||
                  is(sum / t.square().sum()),
              "Your error is divided by the truth. What does the header divide by?"},
             {"not_averaged", is(sum) || (c > 1 && is(sum / r)),
              "That is a sum. Over how many entries is the mean to be taken?"},
             {"averaged_twice", is(right / r) || is(right / (r * c)) || (c > 1 && is(right / c)),
              "It is divided by a number of rows or columns once too often."},
             {"unbiased", is(sum / (r * c - 1)) || is(sum / (r - 1)),
              "One is subtracted from the number of entries. That belongs to a variance."},
             {"root_taken", is(std::sqrt(right)), "That is its root."},
             {"absolute_error", mean_or_sum(d.abs()),
              "These are absolute values. What does the S in MSE stand for?"},
             {"mean_squared", is(d.mean() * d.mean()) || is(std::pow(p.mean() - t.mean(), 2)),
              "You square the mean. In which order do squaring and averaging come?"},
             {"loss_halved", is(right / 2), "It is half of that. Where is it halved?"},
             {"first_row_only", is(d.row(0).square().mean()), "Only the first row counts."},
             {"median_taken",
              [&] {
                  std::vector<double> squares;
                  for (Index i = 0; i < d.size(); ++i) squares.push_back(d(i) * d(i));
                  return is(reference::quantile(squares, 0.5));
              }(),
              "That is the median of the squares."},
             {"sign_lost", is((p.abs() - t.abs()).square().mean()) || is((p + t).square().mean()),
              "The signs go wrong before the square."},
             {"truth_ignored", mean_or_sum(p.square()), "Where does the truth come in?"},
             {"prediction_ignored", mean_or_sum(t.square()),
              "Where does the prediction come in?"}});
    });
}

TEST_CASE("the error is scored in evaluation mode", "[07]") {
    const Modes before = patterned(GENERATE(0, 1, 2, 3));
    const Matrix evaluation = distinct_values(5, 2, 1), truth = distinct_values(5, 2, 2);

    const auto error = observe(
        call("mean_squared_error(network, x, truth) where training gives other outputs"), [&] {
            Nested nested(evaluation, distinct_values(5, 2, 4));
            put_modes(nested.network, before);
            return mean_squared_error(nested.network, Matrix::Ones(5, 2), truth);
        });

    judge([&] {
        const double right = reference::mean_squared_error(evaluation, truth).value;
        expect(std::abs(*error - right) <= 1e-5 * right,
               "yours " + number(*error) + ", in evaluation mode it is " + number(right),
               {{"scored_in_training", before != Modes(nested_layers, 0),
                 "Some layers were in training mode: this is what the article did. Which function "
                 "of lesson 04 asks a network as it should be asked?"}});
    });
}

TEST_CASE("scoring leaves each layer in the mode in which it was", "[07][weight=2]") {
    const Modes before = patterned(GENERATE(0, 1, 2, 3));

    const auto after = observe(call("mean_squared_error(network, x, truth)"), [&] {
        Nested nested(distinct_values(5, 2, 1), distinct_values(5, 2, 4));
        put_modes(nested.network, before);
        mean_squared_error(nested.network, Matrix::Ones(5, 2), Matrix::Ones(5, 2));
        return modes_of(nested.network);
    });
    const auto thrown =
        observe(call("mean_squared_error(network, x, truth) of a network that throws"), [&] {
            return after_a_throw(before, [](nn::Layer& network) {
                mean_squared_error(network, Matrix::Ones(3, 2), Matrix::Ones(3, 2));
            });
        });
    const auto refused =
        observe(call("mean_squared_error(network, x, truth) with a truth of another shape"), [&] {
            Nested nested(distinct_values(5, 2, 1), distinct_values(5, 2, 4));
            put_modes(nested.network, before);
            call_only([&] {
                mean_squared_error(nested.network, Matrix::Ones(5, 2), Matrix::Ones(5, 1));
            });
            return modes_of(nested.network);
        });

    judge([&] {
        REQUIRE(after->size() == nested_layers);
        expect_modes_kept(before, *after, "afterwards");
        expect_after_a_throw(before, *thrown);
        REQUIRE(refused->size() == nested_layers);
        expect_modes_kept(before, *refused, "after a truth of another shape was refused");
    });
}

TEST_CASE("a truth of another shape than the prediction is refused", "[07]") {
    const auto [rows, cols] =
        GENERATE(table<Index, Index>({{4, 6}, {6, 3}, {4, 1}, {1, 6}, {1, 1}, {12, 2}}));

    const auto error = observe(
        call("mean_squared_error(network, x, truth) for a prediction 6×4", "truth",
             Matrix(rows, cols)),
        [&, rows = rows, cols = cols] {
            Table network(distinct_values(6, 4, 1), distinct_values(6, 4, 1));
            return mean_squared_error(network, Matrix::Ones(6, 2), distinct_values(rows, cols, 2));
        });

    judge([&, rows = rows, cols = cols] {
        expect_refused(error, {"a truth of another shape than the prediction",
                               "every prediction needs its truth",
                               {6.0, 4.0, static_cast<double>(rows), static_cast<double>(cols)},
                               "truth_shape_not_checked"});
    });
}

// --- Dead networks -------------------------------------------------------------------------------

/// One network's outputs, and whether they have collapsed.
struct Outputs {
    std::string name;
    Matrix y;
    bool constant;
};

/// What a network gives for 30 different x.
std::vector<Outputs> some_outputs() {
    constexpr Index rows = 30;
    Rng rng = input_rng(6);
    const float factor = 0.5f + static_cast<float>(rng() % 1000) / 1000.0f;
    const Matrix zero = Matrix::Zero(rows, 1);
    const Matrix ramp = Eigen::VectorXf::LinSpaced(rows, 0.0f, factor);
    Matrix alternating(rows, 1);
    for (Index i = 0; i < rows; ++i) alternating(i, 0) = i % 2 == 0 ? -1.0f : 1.0f;
    Matrix spaced_columns(rows, 2), one_moves(rows, 3), opposite(rows, 2), beside_large(rows, 2),
        last_moves = zero, first_moves = zero, middle_moves = zero;
    spaced_columns.col(0).setConstant(3.0f * factor);
    spaced_columns.col(1).setConstant(-5.0f * factor);
    one_moves.setConstant(2.0f);
    one_moves.col(rng() % 3) += ramp;
    opposite << ramp, -ramp;
    beside_large << Matrix::Constant(rows, 1, 20000.0f), ramp * (0.01f / factor);
    Matrix between_ends = alternating * factor;
    between_ends(0, 0) = between_ends(rows - 1, 0) = 0.0f;
    last_moves(rows - 1, 0) = factor;
    first_moves(0, 0) = -factor;
    middle_moves(rows / 2, 0) = factor;
    const Matrix constant = Matrix::Constant(rows, 1, 7.3f * factor);
    const Matrix large = Matrix::Constant(rows, 1, 20000.0f);
    return {
        {"0 everywhere, as after a dead ReLU", zero, true},
        {"a constant that is not 0", constant, true},
        {"a negative constant", -constant, true},
        {"one constant in each column", spaced_columns, true},
        {"20000, give or take the last digit of a float", large + 0.002f * alternating, true},
        {"0, give or take 1e-8", 1e-8f * alternating, true},
        {"a rising line", ramp, false},
        {"a line below 0", ramp - Matrix::Constant(rows, 1, 50.0f), false},
        {"a valley with equal ends", (ramp.array() - factor / 2).square().matrix(), false},
        {"up and down around 0", alternating * factor, false},
        {"up and down around its first and last row", between_ends, false},
        {"a slow rise from 0 to 1e-5", ramp * (1e-5f / factor), false},
        {"a rise from 20000 by 1", large + ramp / factor, false},
        {"something only in the first row", first_moves, false},
        {"something only in the last row", last_moves, false},
        {"something only in a middle row", middle_moves, false},
        {"two columns with the sum 0", opposite, false},
        {"three columns of which one moves", one_moves, false},
        {"one column of 20000 beside one that rises to 0.01", beside_large, false},
        {"two rows that differ", ramp.bottomRows(2) * 100.0f, false},
    };
}

/// The places in some_outputs.
enum Place : std::size_t {
    dead_relu,
    constant,
    negative_constant,
    constant_columns,
    rounded,
    nearly_zero,
    line,
    line_below_zero,
    valley,
    around_zero,
    around_ends,
    slow_rise,
    large_rise,
    first_row,
    last_row,
    middle_row,
    opposite_columns,
    one_column,
    small_beside_large,
    two_rows
};

TEST_CASE("collapsed tells a constant from all that depends on the input", "[07][weight=3]") {
    const auto answers = observe(call("collapsed(network, x)"), [&] {
        std::vector<int> result;
        for (const Outputs& outputs : some_outputs()) {
            Table network(outputs.y, outputs.y);
            const Matrix x = Eigen::VectorXf::LinSpaced(outputs.y.rows(), 1.0f, 10.0f);
            result.push_back(collapsed(network, x) ? 1 : 0);
        }
        return result;
    });

    judge([&] {
        const std::vector<Outputs> all = some_outputs();
        REQUIRE(answers->size() == all.size());
        std::vector<std::size_t> wrong;
        for (std::size_t i = 0; i < all.size(); ++i) {
            if (((*answers)[i] != 0) != all[i].constant) wrong.push_back(i);
        }
        if (wrong.empty()) return;
        const auto among = [&](std::initializer_list<Place> allowed) {
            return std::all_of(wrong.begin(), wrong.end(), [&](std::size_t place) {
                return std::find(allowed.begin(), allowed.end(), place) != allowed.end();
            });
        };
        const auto is_wrong = [&](Place place) {
            return std::find(wrong.begin(), wrong.end(), place) != wrong.end();
        };
        const bool all_false = std::count(answers->begin(), answers->end(), 1) == 0;
        const bool all_true = std::count(answers->begin(), answers->end(), 0) == 0;
        const Outputs& shown = all[wrong.front()];
        expect(
            false,
            std::string(shown.constant ? "false" : "true") + " for an output that is " + shown.name,
            {{"collapsed_never", all_false, "No output counts as collapsed."},
             {"collapsed_always", all_true, "Every output counts as collapsed."},
             {"collapsed_inverted", wrong.size() == all.size(), "true and false are exchanged."},
             {"only_zero_collapses",
              is_wrong(constant) && is_wrong(negative_constant) && is_wrong(constant_columns) &&
                  !is_wrong(dead_relu),
              "A network is as dead when it says 7.3 to everything. Is it the value that "
              "matters, or that it never changes?"},
             {"small_is_dead", is_wrong(slow_rise) && is_wrong(line_below_zero),
              "You compare the output with a bound. What if it is below the bound, and moves?"},
             {"columns_mixed",
              is_wrong(constant_columns) && among({constant_columns, opposite_columns, one_column,
                                                   rounded, nearly_zero, slow_rise, large_rise}),
              "Different outputs of one row are compared. Which entries have to be the same "
              "when the input does not matter?"},
             {"columns_mixed", among({small_beside_large}),
              "A large output hides that a small one moves. Which entries does the header compare "
              "with which?"},
             {"some_columns_only",
              (is_wrong(one_column) || is_wrong(opposite_columns)) &&
                  among({one_column, opposite_columns, small_beside_large}),
              "One column depends on the input, and that is enough. Do you look at all of them, "
              "one by one?"},
             {"ends_compared",
              is_wrong(valley) && is_wrong(middle_row) &&
                  among({valley, middle_row, around_zero, around_ends, rounded, nearly_zero,
                         slow_rise, large_rise}),
              "Two rows are alike, and rows between them are not. Which rows do you compare?"},
             {"first_rows_compared", is_wrong(last_row) && is_wrong(middle_row),
              "Only some rows are compared. Which is the last that your loop reaches?"},
             {"mean_compared", is_wrong(around_zero) || among({around_ends}),
              "Differences of both signs cancel. What do you add up?"},
             {"neighbours_compared", is_wrong(slow_rise) && among({slow_rise}),
              "Each row is nearly the one before, and yet the last is far from the first. "
              "Between which rows is the largest difference?"},
             {"exact_comparison", is_wrong(rounded) && among({rounded, nearly_zero}),
              "A last digit differs, as rounding will have it. How much does the header allow, "
              "and how does that grow with the output?"},
             {"bound_too_wide",
              among({slow_rise, large_rise, small_beside_large, first_row, last_row, middle_row,
                     line, line_below_zero, valley, around_zero, around_ends}),
              "An output that does depend on the input counts as collapsed. How much may the "
              "rows differ, by the header?"},
             {"wrong_bound", among({rounded, nearly_zero, slow_rise, large_rise}),
              "How much may the rows differ, by the header?", true}});
    });
}

TEST_CASE("collapsed asks in evaluation mode", "[07]") {
    const bool constant_in_evaluation = GENERATE(true, false);
    const Modes before = patterned(GENERATE(0, 1, 2));

    const auto answer = observe(
        call(constant_in_evaluation
                 ? "collapsed(network, x) of a network whose output is constant in evaluation only"
                 : "collapsed(network, x) of a network whose output is constant in training only"),
        [&] {
            const Matrix flat = Matrix::Constant(5, 1, 40.0f), moving = distinct_values(5, 1);
            Matrix downwards(5, 1);  // makes up for the noise above it
            for (Index i = 0; i < 5; ++i) downwards(i, 0) = 40.0f - 4.5f * (i + 1.0f);
            const bool in_evaluation = constant_in_evaluation;
            Nested nested(in_evaluation ? flat : moving, in_evaluation ? moving : downwards);
            put_modes(nested.network, before);
            return collapsed(nested.network, Eigen::VectorXf::LinSpaced(5, 1.0f, 2.0f));
        });

    judge([&] {
        expect(*answer == constant_in_evaluation,
               std::string("answered ") + (*answer ? "true" : "false"),
               {{"scored_in_training", true,
                 "Noise that is there in training only has decided. In which mode is the network "
                 "asked?"}});
    });
}

TEST_CASE("collapsed leaves each layer in the mode in which it was", "[07]") {
    const Modes before = patterned(GENERATE(0, 1, 2, 3));

    const auto after = observe(call("collapsed(network, x)"), [&] {
        Nested nested(distinct_values(5, 2, 1), distinct_values(5, 2, 4));
        put_modes(nested.network, before);
        collapsed(nested.network, distinct_values(5, 1));
        return modes_of(nested.network);
    });
    const auto thrown = observe(call("collapsed(network, x) of a network that throws"), [&] {
        return after_a_throw(before,
                             [](nn::Layer& network) { collapsed(network, distinct_values(3, 1)); });
    });

    judge([&] {
        REQUIRE(after->size() == nested_layers);
        expect_modes_kept(before, *after, "afterwards");
        expect_after_a_throw(before, *thrown);
    });
}

TEST_CASE("one row or none cannot tell whether a network collapsed", "[07]") {
    const Index rows = GENERATE(1, 0);

    const auto answer = observe(call("collapsed(network, x)", "x", Matrix(rows, 1)), [&] {
        Table network(Matrix::Ones(rows, 1), Matrix::Ones(rows, 1));
        return collapsed(network, Matrix::Ones(rows, 1));
    });

    judge([&] {
        expect_refused(answer, {"x of " + std::to_string(rows) + " rows",
                                "whether the output depends on x, two rows can tell, not fewer",
                                {static_cast<double>(rows)},
                                "too_few_rows_accepted"});
    });
}

// --- The comparison ------------------------------------------------------------------------------

/// One call of the experiment.
struct Called {
    Recipe recipe;
    std::uint64_t seed = 0;
};

bool same(const Recipe& a, const Recipe& b) {
    return a.name == b.name && a.dropout == b.dropout && a.weight_decay == b.weight_decay &&
           a.biases_decay == b.biases_decay;
}

/// What compare made of made-up runs.
struct Comparison {
    std::vector<Summary> summaries;
    std::vector<Called> calls;
};

}  // namespace
}  // namespace lab::test

namespace lab::observe {
using test::Called, test::Comparison;

template <>
struct Codec<Summary>
    : Members<Summary, &Summary::recipe, &Summary::lower_quartile, &Summary::median,
              &Summary::upper_quartile, &Summary::runs, &Summary::collapsed> {};
template <>
struct Codec<Recipe> : Members<Recipe, &Recipe::name, &Recipe::dropout, &Recipe::weight_decay,
                               &Recipe::biases_decay> {};
template <>
struct Codec<Called> : Members<Called, &Called::recipe, &Called::seed> {};
template <>
struct Codec<Comparison> : Members<Comparison, &Comparison::summaries, &Comparison::calls> {};
}  // namespace lab::observe

namespace lab::test {
namespace {

/// In no order of the alphabet, nor of any number.
std::vector<Recipe> some_recipes() {
    return {{"none"}, {"L2", 0, 0.01, true}, {"dropout", 0.4}, {"both", 0.1, 0.003}};
}

const std::vector<std::uint64_t> some_seeds{7, 3, (std::uint64_t{1} << 60) + 5, 11, 0};

/// Compares by an experiment that writes down its calls; `run` makes up what becomes of each.
template <typename Runs>
Comparison compared(const std::vector<Recipe>& recipes, const std::vector<std::uint64_t>& seeds,
                    Runs run) {
    Comparison comparison;
    comparison.summaries =
        compare(recipes, seeds, [&](const Recipe& recipe, std::uint64_t seed) -> Run {
            comparison.calls.push_back({recipe, seed});
            return run(recipe, seed);
        });
    return comparison;
}

/// The place in a list, or its size.
template <typename Values, typename Equal>
std::size_t place_of(const Values& values, Equal equal) {
    return static_cast<std::size_t>(std::find_if(values.begin(), values.end(), equal) -
                                    values.begin());
}

TEST_CASE("every recipe runs with every seed, exactly once", "[07][weight=2]") {
    const auto comparison = observe(call("compare(4 recipes, 5 seeds, experiment)"), [&] {
        return compared(some_recipes(), some_seeds, [](const Recipe&, std::uint64_t) {
            return Run{1.0, false};
        });
    });

    judge([&] {
        const std::vector<Recipe> recipes = some_recipes();
        Eigen::MatrixXi counts = Eigen::MatrixXi::Zero(4, 5);
        int strange_recipes = 0, strange_seeds = 0;
        for (const Called& called : comparison->calls) {
            const std::size_t recipe =
                place_of(recipes, [&](const Recipe& one) { return same(one, called.recipe); });
            const std::size_t seed =
                place_of(some_seeds, [&](std::uint64_t one) { return one == called.seed; });
            strange_recipes += recipe == recipes.size() ? 1 : 0;
            strange_seeds += seed == some_seeds.size() ? 1 : 0;
            if (recipe == recipes.size() || seed == some_seeds.size()) continue;
            counts(static_cast<Index>(recipe), static_cast<Index>(seed)) += 1;
        }
        expect(strange_recipes == 0, "the experiment got a recipe that was not given",
               {{"recipe_changed", true,
                 "A recipe lost something on its way to the experiment. Do you hand it on as it "
                 "is?"}});
        expect(strange_seeds == 0, "the experiment got a seed that was not given",
               {{"seed_changed", true,
                 "Seeds are what the caller gave, large ones too. What do you count with, and what "
                 "do you hand on?"}});
        if (strange_recipes + strange_seeds > 0) return;
        const Eigen::MatrixXi once = Eigen::MatrixXi::Ones(4, 5);
        const auto runs = counts.sum();
        const auto only = [&](const Eigen::MatrixXi& other) { return counts == other; };
        Eigen::MatrixXi first_seed = Eigen::MatrixXi::Zero(4, 5), in_pairs = first_seed;
        first_seed.col(0).setOnes();
        for (Index i = 0; i < 4; ++i) in_pairs(i, i) = 1;
        std::string missing;
        for (Index i = 0; i < 4 && missing.empty(); ++i) {
            for (Index j = 0; j < 5 && missing.empty(); ++j) {
                if (counts(i, j) == 1) continue;
                missing = "recipe " + std::to_string(i) + " and seed number " + std::to_string(j) +
                          " (both from 0) were together " + std::to_string(counts(i, j)) + " times";
            }
        }
        expect(
            counts == once, missing + ", " + std::to_string(runs) + " runs in all, right are 20",
            {{"one_seed_only",
              (counts.array() > 0).rowwise().count().maxCoeff() <= 1 && !only(in_pairs),
              "One seed decides for each recipe. What does one lucky seed prove?"},
             {"paired_off", only(in_pairs),
              "Each recipe got a seed of its own. Can they be compared then?"},
             {"one_recipe_only", (counts.array() > 0).rowwise().any().count() == 1,
              "Only one recipe ran."},
             {"seed_missed",
              counts.leftCols(4) == once.leftCols(4) || counts.rightCols(4) == once.rightCols(4),
              "One seed is left out. Where does your loop over the seeds begin and end?"},
             {"recipe_missed",
              counts.topRows(3) == once.topRows(3) || counts.bottomRows(3) == once.bottomRows(3),
              "One recipe is left out. Where does your loop over the recipes begin and end?"},
             {"run_repeated", counts.minCoeff() >= 1,
              "An experiment takes its time, and some ran more than once. Where do you keep what "
              "it returned?"}});
    });
}

TEST_CASE("the summaries come in the recipes' order, with their names", "[07]") {
    const auto comparison = observe(call("compare(4 recipes, 5 seeds, experiment)"), [&] {
        return compared(some_recipes(), some_seeds, [](const Recipe& recipe, std::uint64_t) {
            return Run{100 * recipe.dropout + 10000 * recipe.weight_decay + 1, false};
        });
    });

    judge([&] {
        const std::vector<Recipe> recipes = some_recipes();
        std::vector<std::string> right, names;
        for (const Recipe& recipe : recipes) right.push_back(recipe.name);
        for (const Summary& summary : comparison->summaries) names.push_back(summary.recipe);
        std::string list;
        for (const std::string& name : names) list += (list.empty() ? "" : ", ") + name;
        std::vector<std::string> sorted = right, sorted_names = names;
        std::sort(sorted.begin(), sorted.end());
        std::sort(sorted_names.begin(), sorted_names.end());
        expect(names == right,
               "the summaries are for " + list + "; right is none, L2, dropout, both",
               {{"summaries_sorted", sorted == sorted_names,
                 "The order is another one: the alphabet's, or that of the results? The caller "
                 "expects that of the recipes."},
                {"summaries_missing", names.size() < right.size(),
                 "How many recipes were there, and how many summaries?"},
                {"summaries_repeated", names.size() > right.size(),
                 "How many recipes were there, and how many summaries?"},
                {"name_missing", true, "Whose summary is that? Where does its name come from?"}});
        if (names != right) return;
        for (std::size_t i = 0; i < recipes.size(); ++i) {
            const double error = 100 * recipes[i].dropout + 10000 * recipes[i].weight_decay + 1;
            const Summary& summary = comparison->summaries[i];
            expect(std::abs(summary.median - error) < 1e-9 * error,
                   "all runs of " + recipes[i].name + " have the error " + number(error) +
                       ", and its median is " + number(summary.median),
                   {{"recipes_mixed", true,
                     "Errors of other recipes are in it. When does the list of errors start "
                     "empty?"}});
        }
    });
}

/// Made-up errors of one recipe: `living` that count, among `dead` that do not.
std::vector<Run> made_up_runs(int living, int dead, bool ties) {
    Rng rng = input_rng(8);
    std::vector<Run> runs;
    for (int i = 0; i < living; ++i) {
        // Distances grow, so that neighbours, means and medians differ.
        const int step = ties ? i / 3 : i;
        runs.push_back({2.0 + 1.37 * step + 0.61 * step * step +
                            (ties ? 0.0 : static_cast<double>(rng() % 500) / 1000.0),
                        false});
    }
    // As dead networks do, some score badly and others rather well.
    for (int i = 0; i < dead; ++i) runs.push_back({i % 2 == 0 ? 900.0 + i : 0.5 + 0.01 * i, true});
    std::shuffle(runs.begin(), runs.end(), rng);
    return runs;
}

/// Three numbers that somebody may take for the quartiles.
using Quartiles = std::array<double, 3>;

/// By the position of a quantile among the sorted errors, counted from 0.
template <typename Position>
Quartiles quartiles_at(std::vector<double> errors, Position position) {
    std::sort(errors.begin(), errors.end());
    Quartiles result{};
    for (std::size_t k = 0; k < 3; ++k) {
        const double last = static_cast<double>(errors.size()) - 1;
        const double at = std::clamp(position(0.25 * (static_cast<double>(k) + 1)), 0.0, last);
        const auto below = static_cast<std::size_t>(at);
        const std::size_t above = std::min(below + 1, errors.size() - 1);
        const double share = at - std::floor(at);
        result[k] = errors[below] + share * (errors[above] - errors[below]);
    }
    return result;
}

Quartiles quartiles_of(const std::vector<double>& errors) {
    return quartiles_at(errors,
                        [n = static_cast<double>(errors.size())](double q) { return (n - 1) * q; });
}

bool close(const Quartiles& a, const Quartiles& b) {
    return std::equal(a.begin(), a.end(), b.begin(), [](double one, double other) {
        return std::abs(one - other) <= 1e-6 * std::max(1.0, std::abs(other));
    });
}

std::string text_of(const Quartiles& q) {
    return number(q[0]) + ", " + number(q[1]) + ", " + number(q[2]);
}

/// `actual` are the quartiles and the median of the errors of the runs that live.
void expect_quartiles(const Quartiles& actual, const std::vector<Run>& runs) {
    std::vector<double> living, all, as_zero, as_infinity, as_given, not_bad;
    for (const Run& run : runs) {
        if (!run.collapsed) living.push_back(run.error);
        all.push_back(run.error);
        if (run.error < 500) not_bad.push_back(run.error);
        as_zero.push_back(run.collapsed ? 0 : run.error);
        as_infinity.push_back(run.collapsed ? 1e300 : run.error);
    }
    as_given = living;
    const Quartiles right{reference::quantile(living, 0.25), reference::quantile(living, 0.5),
                          reference::quantile(living, 0.75)};
    const auto n = static_cast<double>(living.size());
    std::vector<double> sorted = living;
    std::sort(sorted.begin(), sorted.end());
    const auto is = [&](const Quartiles& other) { return close(actual, other); };
    const auto by = [&](auto position) { return is(quartiles_at(living, position)); };
    const auto unsorted = [&](const std::vector<double>& errors) {
        Quartiles result{};
        for (std::size_t k = 0; k < 3; ++k) {
            const double at = (static_cast<double>(errors.size()) - 1) * 0.25 * (k + 1.0);
            const auto below = static_cast<std::size_t>(at);
            const std::size_t above = std::min(below + 1, errors.size() - 1);
            result[k] = errors[below] + (at - std::floor(at)) * (errors[above] - errors[below]);
        }
        return result;
    };
    const auto median_of = [](std::vector<double> part) { return quartiles_of(part)[1]; };
    // The medians of both halves, with or without the middle of an odd number.
    const auto by_halves = [&](bool with_middle) {
        const std::size_t count = sorted.size(), half = count / 2 + (with_middle ? count % 2 : 0);
        if (half == 0) return false;
        const std::vector<double> low(sorted.begin(), sorted.begin() + half),
            high(sorted.end() - static_cast<std::ptrdiff_t>(half), sorted.end());
        return is({median_of(low), right[1], median_of(high)});
    };
    const double mean = std::accumulate(living.begin(), living.end(), 0.0) / n;
    const double mean_of_all = std::accumulate(all.begin(), all.end(), 0.0) / runs.size();
    const auto near = [](double a, double b) { return std::abs(a - b) <= 1e-6 * std::abs(b); };
    const bool dead = living.size() < all.size();
    const bool distinct = sorted.size() > 4 &&  // with fewer, many rules give the same
                          std::adjacent_find(sorted.begin(), sorted.end()) == sorted.end();
    // However large the number is that stands for them.
    const auto collapsed_are_large = [&] {
        const Quartiles large = quartiles_of(as_infinity);
        bool fits = true;
        for (std::size_t k = 0; k < 3; ++k) {
            fits = fits &&
                   (large[k] < 1e100 ? near(actual[k], large[k]) : actual[k] > 2 * sorted.back());
        }
        return fits && large[2] > 1e100;
    };
    const auto other_convention = [&] {
        const auto whole = [](auto position) {
            return std::vector<std::function<double(double)>>{
                [=](double q) { return std::floor(position(q)); },
                [=](double q) { return std::ceil(position(q)); },
                [=](double q) { return std::round(position(q)); }};
        };
        std::vector<std::function<double(double)>> positions;
        for (const double shift : {0.0, -1.0, -0.5}) {
            for (const double count : {n, n + 1, n - 1}) {
                const auto position = [=](double q) { return count * q + shift; };
                positions.push_back(position);
                for (auto& rounded : whole(position)) positions.push_back(std::move(rounded));
            }
        }
        // The median may be right all the same.
        const bool fits = std::any_of(positions.begin(), positions.end(), [&](auto& position) {
            Quartiles other = quartiles_at(living, position);
            if (near(actual[1], right[1])) other[1] = right[1];
            return is(other);
        });
        return fits || by_halves(false) || by_halves(true);
    };
    expect(
        is(right),
        "quartiles and median of " + std::to_string(living.size()) + " living runs are yours " +
            text_of(actual) + ", LibTorch's " + text_of(right),
        {{"collapsed_averaged_in", dead && (is(quartiles_of(all)) || near(actual[1], mean_of_all)),
          "The errors of collapsed runs are among them. What does such an error mean?"},
         {"collapsed_as_zero", dead && is(quartiles_of(as_zero)),
          "A collapsed run counts as an error of 0. Is that a good one?"},
         {"collapsed_as_infinity", dead && collapsed_are_large(),
          "A collapsed run counts as a very large error. The header counts it apart."},
         {"collapsed_by_error", dead && is(quartiles_of(not_bad)),
          "Those with a small error count, collapsed or not. Who knows which runs collapsed?"},
         {"mean_for_median", distinct && near(actual[1], mean),
          "That is the mean. What does one very bad run do to it, and what to the median?"},
         {"best_seed", distinct && near(actual[1], sorted.front()),
          "That is the best run. Who may choose the seed?"},
         {"worst_seed", distinct && near(actual[1], sorted.back()), "That is the worst run."},
         {"quartiles_exchanged", is({right[2], right[1], right[0]}),
          "The quartiles are exchanged. Which of them is the smaller?"},
         {"not_sorted", is(unsorted(as_given)) || (dead && is(unsorted(all))),
          "The errors are not sorted. What does a place in the list mean then?"},
         {"extremes_for_quartiles", is({sorted.front(), right[1], sorted.back()}),
          "These are the smallest and the largest error."},
         {"median_of_even_count",
          near(actual[0], right[0]) && near(actual[2], right[2]) && sorted.size() % 2 == 0 &&
              (near(actual[1], sorted[sorted.size() / 2]) ||
               near(actual[1], sorted[sorted.size() / 2 - 1])),
          "With an even number of runs two are in the middle. What does the header do with them?"},
         {"position_not_interpolated",
          distinct && (by([&](double q) { return std::floor((n - 1) * q); }) ||
                       by([&](double q) { return std::ceil((n - 1) * q); }) ||
                       by([&](double q) { return std::round((n - 1) * q); })),
          "A position between two runs is rounded to one of them. What does the header do?"},
         {"other_convention", distinct && other_convention(),
          "There are many ways to define a quartile, and this is another one. At which position "
          "does the header's stand?"},
         {"errors_rounded",
          is({std::floor(right[0]), std::floor(right[1]), std::floor(right[2])}) ||
              is({std::round(right[0]), std::round(right[1]), std::round(right[2])}),
          "The numbers are whole. Does an error pass through an int?"},
         {"wrong_quartiles", true, "Take four errors and compute all three by hand.", true}});
}

TEST_CASE("median and quartiles are those of the runs that live", "[07][weight=3]") {
    const int living = GENERATE(5, 6, 7, 8, 40);
    const int dead = GENERATE(0, 3);
    const bool ties = GENERATE(false, true);
    const std::vector<Run> runs = made_up_runs(living, dead, ties);
    std::vector<std::uint64_t> seeds(runs.size());
    std::iota(seeds.begin(), seeds.end(), 100);

    const auto comparison =
        observe(call("compare(recipes, seeds, experiment) with runs made up", "living", living,
                     "collapsed", dead),
                [&] {
                    return compared({{"one"}, {"other"}}, seeds,
                                    [&](const Recipe& recipe, std::uint64_t seed) {
                                        Run run = runs[(seed - 100) % runs.size()];
                                        if (recipe.name == "other") run.error *= 3;
                                        return run;
                                    });
                });

    judge([&] {
        REQUIRE(comparison->summaries.size() == 2);
        const std::size_t calls = comparison->calls.size(), right = 2 * runs.size();
        expect(calls == right,
               std::to_string(calls) + " runs were made, and right are " + std::to_string(right) +
                   ", of which " + std::to_string(2 * dead) + " collapse",
               {{"collapsed_repeated", dead > 0 && calls > right,
                 "A collapsed run is tried once more. Who may choose the seed?"},
                {"stopped_by_collapsed", dead > 0 && calls < right,
                 "After a collapsed run, some are missing. What have the other seeds done?"}});
        if (calls != right) return;
        std::vector<Run> tripled = runs;
        for (Run& run : tripled) run.error *= 3;
        for (const std::size_t i : {0, 1}) {
            const Summary& summary = comparison->summaries[i];
            expect_quartiles({summary.lower_quartile, summary.median, summary.upper_quartile},
                             i == 0 ? runs : tripled);
        }
    });
}

TEST_CASE("collapsed runs are counted, and none is dropped silently", "[07][weight=2]") {
    const int living = GENERATE(6, 3, 1);
    const int dead = GENERATE(0, 1, 4);
    if (living + dead < 2) return;
    const std::vector<Run> runs = made_up_runs(living, dead, false);
    std::vector<std::uint64_t> seeds(runs.size());
    std::iota(seeds.begin(), seeds.end(), 0);

    const auto comparison =
        observe(call("compare(recipes, seeds, experiment) with runs made up", "living", living,
                     "collapsed", dead),
                [&] {
                    // The second recipe has one collapsed run more, whose error is no number.
                    return compared({{"one"}, {"other"}}, seeds,
                                    [&](const Recipe& recipe, std::uint64_t seed) {
                                        Run run = runs[seed % runs.size()];
                                        if (recipe.name == "other" && seed == 0) {
                                            run = {std::numeric_limits<double>::quiet_NaN(), true};
                                        }
                                        return run;
                                    });
                });

    judge([&] {
        REQUIRE(comparison->summaries.size() == 2);
        std::vector<Run> changed = runs;
        changed[0] = {std::numeric_limits<double>::quiet_NaN(), true};
        for (const std::size_t i : {0, 1}) {
            const std::vector<Run>& mine = i == 0 ? runs : changed;
            const auto collapses = static_cast<std::size_t>(std::count_if(
                mine.begin(), mine.end(), [](const Run& run) { return run.collapsed; }));
            const std::size_t lives = mine.size() - collapses;
            const Summary& summary = comparison->summaries[i];
            const std::size_t both = collapses + (i == 0 ? 0 : static_cast<std::size_t>(dead));
            expect(
                summary.runs == mine.size() && summary.collapsed == collapses,
                "runs " + std::to_string(summary.runs) + ", collapsed " +
                    std::to_string(summary.collapsed) + "; right are " +
                    std::to_string(mine.size()) + " and " + std::to_string(collapses),
                {{"collapsed_dropped", collapses > 0 && summary.runs == lives,
                  "runs are those that live: the others have vanished. Would a reader of your "
                  "table know that half of the networks died?"},
                 {"collapsed_not_counted", collapses > 0 && summary.collapsed == 0,
                  "Nobody has counted the collapsed runs."},
                 {"collapsed_inverted",
                  lives != collapses && summary.collapsed == lives && summary.runs == mine.size(),
                  "Those that live are counted as collapsed."},
                 {"recipes_mixed", i == 1 && summary.collapsed == both && collapses != both,
                  "The first recipe's collapsed runs are counted in the second one's. When does "
                  "the count start at 0?"},
                 {"runs_of_all_recipes", summary.runs == 2 * mine.size(),
                  "These are the runs of all recipes together."},
                 {"wrong_count", true, "What is counted, and from where?", true}});
            if (lives == 0) continue;
            expect_quartiles({summary.lower_quartile, summary.median, summary.upper_quartile},
                             mine);
        }
    });
}

TEST_CASE("when all runs collapsed, median and quartiles are NaN", "[07]") {
    const auto comparison = observe(
        call("compare(recipes, seeds, experiment) where all runs of the first recipe collapsed"),
        [&] {
            return compared({{"dead"}, {"alive"}}, some_seeds,
                            [](const Recipe& recipe, std::uint64_t) {
                                return Run{5.5, recipe.name == "dead"};
                            });
        });

    judge([&] {
        REQUIRE(comparison->summaries.size() == 2);
        const Summary &dead = comparison->summaries[0], &alive = comparison->summaries[1];
        const Quartiles q{dead.lower_quartile, dead.median, dead.upper_quartile};
        const auto all = [&](auto property) { return std::all_of(q.begin(), q.end(), property); };
        expect(all([](double value) { return std::isnan(value); }), "they are " + text_of(q),
               {{"collapsed_averaged_in", all([](double value) { return value == 5.5; }),
                 "These are errors of collapsed runs."},
                {"zero_for_nothing", all([](double value) { return value == 0; }),
                 "0 would be the best error of all. What number says that there is none?"},
                {"collapsed_as_infinity", all([](double value) { return value > 1e30; }),
                 "There is no error at all, not even a large one. What number says so?"},
                {"nothing_read", true,
                 "An empty list has no middle. What do you read, and from where?"}});
        expect(dead.runs == 5 && dead.collapsed == 5,
               "runs " + std::to_string(dead.runs) + ", collapsed " +
                   std::to_string(dead.collapsed) + "; right are 5 and 5",
               {{"collapsed_dropped", dead.runs == 0, "The runs have vanished."},
                {"collapsed_not_counted", dead.collapsed == 0,
                 "Nobody has counted the collapsed runs."}});
        expect(alive.median == 5.5 && alive.collapsed == 0,
               "the second recipe's runs all live, with the error 5.5, and its median is " +
                   number(alive.median));
    });
}

TEST_CASE("one seed proves nothing, and no recipe is nothing to compare", "[07]") {
    const int seeds = GENERATE(1, 0, 2);
    const std::vector<Recipe> recipes = seeds == 2 ? std::vector<Recipe>{} : some_recipes();

    const auto comparison = observe(
        call(seeds == 2 ? "compare({}, two seeds, experiment)"
                        : "compare(4 recipes, seeds, experiment)",
             "seeds", seeds),
        [&] {
            const std::vector<std::uint64_t> given(some_seeds.begin(), some_seeds.begin() + seeds);
            return compared(recipes, given, [](const Recipe&, std::uint64_t) {
                return Run{1.0, false};
            });
        });
    const auto calls = observe(call("the runs before it was refused"), [&] {
        const std::vector<std::uint64_t> given(some_seeds.begin(), some_seeds.begin() + seeds);
        int count = 0;
        call_only([&] {
            compare(recipes, given, [&](const Recipe&, std::uint64_t) {
                ++count;
                return Run{1.0, false};
            });
        });
        return count;
    });

    judge([&] {
        if (seeds < 2) {
            expect_refused(comparison, {std::to_string(seeds) + " seeds",
                                        "a result needs at least two seeds",
                                        {static_cast<double>(seeds)},
                                        "one_seed_accepted"});
        } else {
            expect_refused(comparison,
                           {"no recipe", "there has to be a recipe", {}, "no_recipe_accepted"});
        }
        if (comparison.has_value()) return;
        expect(*calls == 0, std::to_string(*calls) + " runs were made before",
               {{"refused_too_late", true,
                 "An experiment takes its time. When can the check be made?"}});
    });
}

// --- All of it together --------------------------------------------------------------------------

TEST_CASE("the article's own training, one seed, is LibTorch's", "[07][weight=2]") {
    const bool biases_decay = GENERATE(false, true);
    constexpr int epochs = 5;
    constexpr std::uint64_t seed = 1;  // its output's ReLU lives
    const Recipe recipe{"L2", 0, 0.01, biases_decay};
    const Matrix x = Eigen::VectorXf::LinSpaced(10, 1.0f, 10.0f);
    const Matrix y = x.cwiseAbs2() + distinct_values(10, 1);

    const auto start = observe(call("article_network(recipe, 1)"), [&] {
        nn::Sequential network = article_network(recipe, seed);
        return values_of(network);
    });
    const auto run =
        observe(call(biases_decay ? "run_article({L2, 0.01, biases decay}, 1, x, y, 5 epochs)"
                                  : "run_article({L2, 0.01}, 1, x, y, 5 epochs)"),
                [&] {
                    const Run result = run_article(recipe, seed, x, y, epochs);
                    return std::pair(result.error, result.collapsed);
                });

    judge([&] {
        using reference::Kind;
        const auto& [error, has_collapsed] = *run;
        REQUIRE(start->size() == 10);
        std::vector<reference::Layer> layers;
        for (std::size_t i = 0; i < 5; ++i) {
            layers.push_back({Kind::linear, (*start)[2 * i], (*start)[2 * i + 1]});
            layers.push_back({i < 4 ? Kind::sigmoid : Kind::relu});
        }
        std::vector<reference::TrainingStep> steps;
        for (Index t = 0; t < 10 * epochs; ++t) steps.push_back({x.row(t % 10), y.row(t % 10), {}});
        const reference::Trained trained =
            reference::train(layers, steps, reference::Optimizer::adam,
                             {.lr = 0.005, .weight_decay = 0.01, .biases_decay = biases_decay}, 0);
        const Matrix points = spaced(1000, 1, 10, 999);
        const Matrix output =
            reference::run(trained.layers, points, Matrix::Ones(1000, 1), false).output;
        const double right = reference::mean_squared_error(output, points.cwiseAbs2()).value;
        expect(
            std::abs(error - right) <= 1e-3 * right,  // a float that counts up is 1e-4 off
            "the error is " + number(error) + " with your functions, LibTorch's " + number(right));
        expect(!has_collapsed, "collapsed says that the network is dead; it lives");
    });
}

}  // namespace
}  // namespace lab::test
