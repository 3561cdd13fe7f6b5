#include <limits>
#include <memory>

#include "judging.h"
#include "layers.h"
#include "mask_statistics.h"
#include "nn/linear.h"
#include "nn/sequential.h"
#include "nn/sigmoid.h"
#include "reference.h"
#include "statistics.h"
#include "train_eval.h"

namespace lab::test {
namespace {

// --- The dropout layer ---------------------------------------------------------------------------

/// Which units a training forward kept, told from its output where x is nowhere 0.
Matrix mask_of(const Matrix& y) { return (y.array() != 0.0f).cast<float>(); }

/// Ends the judging block unless there are `count` matrices, each of the shape of `like`.
void require_shapes(const std::vector<Matrix>& all, std::size_t count, const Matrix& like) {
    REQUIRE(all.size() == count);
    for (const Matrix& one : all) expect_shape(one, like.rows(), like.cols());
}

/// What the known mistakes make of x in a training forward that kept `mask`.
std::vector<Explanation> forward_explanations(const Matrix& x, const Matrix& mask, double p) {
    const auto keep = static_cast<float>(1.0 - p), drop = static_cast<float>(p);
    const Matrix kept = x.cwiseProduct(mask);
    const float realised = mask.mean();
    return {
        {"training_ignored", would_be(x),
         "In training, your layer hands x on as it is. Which mode does it take this for?"},
        {"mask_ignored", would_be(x / keep),
         "In training, every unit is scaled and none is dropped. Where does the mask come in?"},
        {"not_scaled", would_be(kept),
         "Kept units come out as they went in. What keeps the mean where it was (lesson 02)?"},
        {"scaled_by_p", would_be(kept / drop),
         "Kept units are divided by p. p is the probability of dropping: see lesson 02."},
        {"times_keep", would_be(kept * keep),
         "Kept units are multiplied by 1-p. Is the output larger or smaller than without dropout?"},
        {"scaled_twice", would_be(kept / (keep * keep)),
         "Kept units are divided by (1-p)². Does another function scale them already?"},
        {"realised_fraction", would_be(kept / realised),
         "Kept units are divided by the share that this mask keeps. Which number does lesson 02 "
         "divide by?"},
        {"x_ignored", would_be(mask / keep), "That is the mask, scaled. Where does x come in?"},
    };
}

/// What the known mistakes make of a gradient that arrives after a forward that kept `mask`.
std::vector<Explanation> backward_explanations(const Matrix& grad, const Matrix& mask, double p) {
    const auto keep = static_cast<float>(1.0 - p);
    const Matrix kept = grad.cwiseProduct(mask);
    // `whole`, with the holes of another mask.
    const auto other_holes = [mask](const Matrix& actual, const Matrix& whole) {
        return actual.rows() == whole.rows() && actual.cols() == whole.cols() &&
               agree(actual, whole.cwiseProduct(mask_of(actual))) && mask_of(actual) != mask &&
               (actual.array() == 0.0f).any();
    };
    return {
        {"passed_through", would_be(grad),
         "After a training forward, the gradient is handed on as it is. What did that forward do "
         "to the units, and when does your layer know which they were?"},
        {"mask_missing", would_be(grad / keep),
         "The gradient is scaled, but it also flows through units that the forward dropped."},
        {"not_scaled", would_be(kept),
         "The gradient is masked, but not scaled. What is the slope of a kept unit?"},
        {"scaled_twice", would_be(kept / (keep * keep)),
         "The gradient is divided by (1-p)². Is it scaled in two places?"},
        {"times_keep", would_be(kept * keep),
         "The gradient is multiplied by 1-p. The slope of x/c is not c: which is it?"},
        {"fresh_mask", [=](const Matrix& actual) { return other_holes(actual, grad / keep); },
         "The gradient has holes, but not where the forward had them. Which mask does backward "
         "use, and is it the last forward's?"},
        {"fresh_mask", [=](const Matrix& actual) { return other_holes(actual, grad); },
         "The gradient has holes, but not where the forward had them, and it is not scaled. Which "
         "mask does backward use?"},
    };
}

/// The layer's forward on ones, as often as asked.
std::vector<Matrix> forwards_on_ones(nn::Layer& layer, int count, Index rows, Index cols) {
    std::vector<Matrix> result;
    for (int i = 0; i < count; ++i) result.push_back(layer.forward(Matrix::Ones(rows, cols)));
    return result;
}

TEST_CASE("a new layer is in training mode", "[04]") {
    const auto training = observe(call("make_dropout(0.4, 1)->training"),
                                  [&] { return make_dropout(0.4, 1)->training; });

    judge([&] {
        expect(*training, "the layer starts in evaluation mode",
               {{"starts_in_evaluation", true,
                 "nn::Layer says in which mode a layer starts. Does your class change that?"}});
    });
}

TEST_CASE("in training, kept units are scaled by 1/(1-p) and dropped ones are 0",
          "[04][weight=2]") {
    const double p = GENERATE(0.2, 0.37, 0.7);
    const Matrix x = distinct_values(15, 20);

    const auto y = observe(call("make_dropout(p, 3)->forward(x)", "x", x, "p", p),
                           [&] { return make_dropout(p, 3)->forward(x); });

    judge([&] {
        const Matrix mask = mask_of(*y);
        if (y->rows() == x.rows() && y->cols() == x.cols()) {
            CHECK_THAT(*y,
                       matches(reference::dropout(x, mask, p), forward_explanations(x, mask, p)));
        } else {
            CHECK_THAT(*y, matches(x));
        }
        expect(mask.minCoeff() == 0.0f && mask.maxCoeff() == 1.0f,
               mask.maxCoeff() == 0.0f ? "every unit is 0" : "no unit is 0",
               {{"everything_dropped", mask.maxCoeff() == 0.0f,
                 "No unit is kept. With which p is the mask drawn?"},
                {"nothing_dropped", true,
                 "No unit is dropped. Is a mask drawn, and does it reach the output?"}});
    });
}

TEST_CASE("the layer drops each unit with probability p, by a coin of its own", "[04][weight=2]") {
    const double p = GENERATE(0.2, 0.37, 0.7);

    const auto outputs = observe(
        call("make_dropout(p, seed)->forward(x) for an x of ones, 120×80, and for small ones", "p",
             p),
        [&] {
            const auto layer = make_dropout(p, input_rng(0)());
            std::vector<Matrix> result = forwards_on_ones(*layer, 1, 120, 80);
            for (Matrix& y : forwards_on_ones(*layer, 40, 3, 4)) result.push_back(std::move(y));
            return result;
        });

    judge([&] {
        REQUIRE(outputs->size() == 41);
        Sample sample{mask_of(outputs->front()), {}};
        expect_shape(sample.first, 120, 80);
        for (std::size_t i = 1; i < outputs->size(); ++i) {
            expect_shape((*outputs)[i], 3, 4);
            sample.second.push_back(mask_of((*outputs)[i]));
        }
        expect_rate(sample, p);
        expect_independent_entries(sample, p);
    });
}

TEST_CASE("each training forward draws a new mask", "[04][weight=2]") {
    const double p = GENERATE(0.3, 0.62);
    const auto [rows, cols] = GENERATE(table<Index, Index>({{2, 3}, {1, 1}}));
    constexpr int calls = 600;

    const auto outputs =
        observe(call("600 forwards of make_dropout(p, seed) on an x of ones", "rows", rows, "cols",
                     cols, "p", p),
                [&, rows = rows, cols = cols] {
                    return forwards_on_ones(*make_dropout(p, input_rng(0)()), calls, rows, cols);
                });

    judge([&, rows = rows, cols = cols] {
        require_shapes(*outputs, calls, Matrix(rows, cols));
        std::vector<Matrix> masks;
        for (const Matrix& y : *outputs) masks.push_back(mask_of(y));
        const bool all_equal = std::all_of(
            masks.begin(), masks.end(), [&](const Matrix& mask) { return mask == masks.front(); });
        // A single unit may well be kept every time.
        const bool repeated = rows * cols > 1 && all_equal;
        expect(!repeated, "every forward drops the same units",
               {{"mask_repeated", true,
                 "When is the mask drawn: once, or in each forward? And does its generator go on "
                 "from where it was, or start anew?"}});
        if (!repeated) expect_independent_calls(masks, p);
    });
}

TEST_CASE("the seed decides the masks, and nothing else does", "[04][weight=2]") {
    const double p = GENERATE(0.3, 0.62);
    const std::uint64_t seed = GENERATE(11u, 0u);

    const auto outputs =
        observe(call("two forwards each of make_dropout(p, seed), make_dropout(p, seed) and "
                     "make_dropout(p, 12), in turn, on an x of ones, 30×40,",
                     "p", p, "seed", static_cast<double>(seed)),
                [&] {
                    const auto first = make_dropout(p, seed), same = make_dropout(p, seed),
                               other = make_dropout(p, 12);
                    std::vector<Matrix> result;
                    for (int i = 0; i < 2; ++i) {
                        for (nn::Layer* layer : {first.get(), same.get(), other.get()}) {
                            result.push_back(layer->forward(Matrix::Ones(30, 40)));
                        }
                    }
                    return result;
                });

    judge([&] {
        require_shapes(*outputs, 6, Matrix(30, 40));
        std::vector<Matrix> masks;
        for (const Matrix& y : *outputs) masks.push_back(mask_of(y));
        const bool first_same = masks[0] == masks[1];
        const bool repeats = first_same && masks[3] == masks[4];
        expect(repeats, "two layers with the same seed dropped different units",
               {{"generator_shared", first_same,
                 "Their first masks agree and their second ones do not: one layer's forward moves "
                 "the other's generator on. Who owns the generator?"},
                {"not_from_seed", true,
                 "Chance comes from somewhere else than this layer's seed (a static or global "
                 "generator, std::rand, std::random_device). What is the seed for?"}});
        if (!repeats) return;
        const double agreement = p * p + (1 - p) * (1 - p);
        // Also one forward, or one draw, later: the two might walk behind each other.
        struct Comparison {
            std::size_t first, other;
            Index later;
        };
        for (const auto [a, b, later] :
             {Comparison{0, 2, 0}, {3, 5, 0}, {3, 2, 0}, {0, 5, 0}, {0, 2, 1}, {2, 0, 1}}) {
            const Index count = masks[a].size() - later;
            const Eigen::Map<const Matrix> first(masks[a].data(), 1, count),
                other(masks[b].data() + later, 1, count);
            const auto agree_in = (first.array() == other.array()).count();
            const CountRange range = likely_count(count, agreement, 6);
            expect(range.contains(agree_in),
                   "layers with different seeds agree in " + std::to_string(agree_in) + " of " +
                       std::to_string(first.size()) + " units, expected " + describe(range),
                   {{"seed_ignored", later == 0 && a + 2 == b && first == other,
                     "Both drop the same units. What becomes of the seed?"},
                    {"layers_not_independent", true,
                     "The two layers' masks have to do with each other. How does a generator get "
                     "its seed?"}});
        }
    });
}

TEST_CASE("in evaluation x comes out as it went in, bit for bit", "[04][weight=2]") {
    const double p = GENERATE(0.37, 0.7, 0.0, 1.0);
    Matrix x = distinct_values(6, 7);
    x.row(2) << 0.0f, -0.0f, std::numeric_limits<float>::infinity(),
        std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::denorm_min(), 1e30f,
        -1e-30f;

    const auto y = observe(call("forward(x) in evaluation mode", "x", x, "p", p), [&] {
        const auto layer = make_dropout(p, 5);
        layer->training = false;
        return layer->forward(x);
    });

    judge([&] {
        const Matrix& actual = accepted_at(y, p);
        expect_shape(actual, 6, 7);
        const auto keep = static_cast<float>(1 - p);
        const Matrix ordinary = x.topRows(2), came = actual.topRows(2);
        const bool holes = (came.array() == 0.0f).any();
        expect(std::memcmp(actual.data(), x.data(), sizeof(float) * 42) == 0,
               "at (0, 0): yours " + number(actual(0, 0)) + ", x " + number(x(0, 0)) +
                   ", and every other entry has to be that of x too",
               {{"eval_scales", agree(came, ordinary * keep) || agree(came, ordinary / keep),
                 "In evaluation the units are scaled. Training has kept the mean at x already: "
                 "what is left to make up for?"},
                {"eval_drops", holes,
                 "In evaluation units are dropped. Where does your forward ask for the mode, and "
                 "is it nn::Layer::training that it asks?"},
                {"eval_not_identity", true,
                 "In evaluation the layer has nothing to calculate: not even 0 · infinity."}});
    });
}

TEST_CASE("a forward in evaluation draws nothing", "[04]") {
    const double p = 0.4;

    const auto outputs = observe(
        call("two equal layers: one has three forwards in evaluation between its first and its "
             "second training forward"),
        [&] {
            const auto plain = make_dropout(p, 21), interrupted = make_dropout(p, 21);
            std::vector<Matrix> result = forwards_on_ones(*plain, 2, 20, 25);
            result.push_back(forwards_on_ones(*interrupted, 1, 20, 25).front());
            interrupted->training = false;
            forwards_on_ones(*interrupted, 3, 20, 25);
            interrupted->training = true;
            result.push_back(forwards_on_ones(*interrupted, 1, 20, 25).front());
            return result;
        });

    judge([&] {
        require_shapes(*outputs, 4, Matrix(20, 25));
        const Matrix &first = (*outputs)[0], &second = (*outputs)[1];
        const bool same_start = first == (*outputs)[2];
        expect(same_start, "the two layers differ from the first forward on",
               {{"not_from_seed", true, "They have the same seed. Who else tosses coins?"}});
        if (!same_start) return;
        expect(second == (*outputs)[3], "the second training mask is another one",
               {{"eval_draws", true,
                 "The forwards in evaluation moved the generator on. What does evaluation need "
                 "coins for?"}});
    });
}

TEST_CASE("backward uses the mask of the last forward, at its scale", "[04][weight=2]") {
    const double p = GENERATE(0.2, 0.37, 0.7);
    const Matrix x = distinct_values(9, 12, 0), grad = distinct_values(9, 12, 1);

    const auto results =
        observe(call("forward(x) twice, then backward(grad_output) twice", "x", x, "p", p), [&] {
            const auto layer = make_dropout(p, 8);
            std::vector<Matrix> result{layer->forward(Matrix(x)), layer->forward(Matrix(x))};
            result.push_back(layer->backward(Matrix(grad)));
            result.push_back(layer->backward(2.0f * grad));
            return result;
        });

    judge([&] {
        require_shapes(*results, 4, x);
        const Matrix earlier = mask_of((*results)[0]), mask = mask_of((*results)[1]);
        std::vector<Explanation> explanations = backward_explanations(grad, mask, p);
        if (earlier != mask) {
            explanations.insert(
                explanations.begin(),
                {"first_mask_kept", would_be(reference::dropout_gradient(grad, earlier, p)),
                 "The gradient has the holes of the forward before the last. When does your layer "
                 "replace the mask that it keeps?"});
        }
        REQUIRE_THAT((*results)[2],
                     matches(reference::dropout_gradient(grad, mask, p), explanations));
        CHECK_THAT((*results)[3],
                   matches(reference::dropout_gradient(2.0f * grad, mask, p),
                           {{"mask_used_up", [](const Matrix&) { return true; },
                             "The first backward is right and the second is not. Until when does "
                             "the mask belong to the last forward?"}}));
    });
}

TEST_CASE("two layers keep what belongs to each", "[04]") {
    const double p = 0.37, other_p = 0.7;
    const Matrix x = distinct_values(9, 12, 0), grad = distinct_values(9, 12, 1);

    const auto results = observe(
        call("forward of two layers with p = 0.37 and p = 0.7, then backward of the first"), [&] {
            const auto layer = make_dropout(p, 8), other = make_dropout(other_p, 9);
            std::vector<Matrix> result{layer->forward(Matrix(x)), other->forward(Matrix(x))};
            result.push_back(layer->backward(Matrix(grad)));
            return result;
        });

    judge([&] {
        require_shapes(*results, 3, x);
        const Matrix mask = mask_of((*results)[0]), other = mask_of((*results)[1]);
        std::vector<Explanation> explanations = backward_explanations(grad, mask, p);
        for (const double scale : {p, other_p}) {
            explanations.insert(
                explanations.begin(),
                {"state_shared_by_layers",
                 would_be(reference::dropout_gradient(grad, other, scale)),
                 "The first layer's gradient has the holes of the second one's forward. Where does "
                 "a layer keep its mask: in a member, or in something static?"});
        }
        CHECK_THAT((*results)[2],
                   matches(reference::dropout_gradient(grad, mask, p), explanations));
    });
}

TEST_CASE("the mask decides in backward, not the zeros of x", "[04]") {
    const double p = 0.4;
    Matrix x = distinct_values(40, 30);
    x.leftCols(15).setZero();

    const auto results =
        observe(call("forward(x), then backward of ones, for an x whose left half is 0"), [&] {
            const auto layer = make_dropout(p, 13);
            std::vector<Matrix> result{layer->forward(x)};
            result.push_back(layer->backward(Matrix::Ones(40, 30)));
            return result;
        });

    judge([&] {
        require_shapes(*results, 2, x);
        const auto flows = ((*results)[1].leftCols(15).array() != 0.0f).count();
        const CountRange range = likely_count(600, 1 - p);
        expect(range.contains(flows),
               "the gradient flows through " + std::to_string(flows) +
                   " of 600 units whose x is 0, expected " + describe(range),
               {{"mask_guessed", flows == 0 || flows == 600,
                 "A kept unit can be 0 by itself, for instance after a ReLU. What besides the "
                 "output tells which units were kept?"}});
        const Matrix right = (*results)[1].rightCols(15), mask = mask_of((*results)[0]);
        const Matrix mask_right = mask.rightCols(15);
        CHECK_THAT(right, matches(reference::dropout_gradient(Matrix::Ones(40, 15), mask_right, p),
                                  backward_explanations(Matrix::Ones(40, 15), mask_right, p)));
    });
}

TEST_CASE("backward after a forward in evaluation hands the gradient on as it is", "[04]") {
    const double p = GENERATE(0.37, 0.7);
    const bool trained_before = GENERATE(true, false);
    const Matrix x = distinct_values(6, 8, 0), grad = distinct_values(6, 8, 1);

    const auto result =
        observe(call(trained_before ? "forward(x) in training, forward(x) in evaluation, then "
                                      "backward(grad_output)"
                                    : "forward(x) in evaluation, then backward(grad_output)",
                     "grad_output", grad, "p", p),
                [&] {
                    const auto layer = make_dropout(p, 17);
                    if (trained_before) layer->forward(x);
                    layer->training = false;
                    layer->forward(x);
                    return layer->backward(grad);
                });

    judge([&] {
        if (!trained_before && !result.has_value()) {
            const auto thrown = result.exception();
            expect(!thrown, "threw " + thrown->type + ": " + thrown->message,
                   {{"eval_forward_forgotten", true,
                     "There was a forward, in evaluation. How does your layer tell that from no "
                     "forward at all?"}});
            return;
        }
        const auto keep = static_cast<float>(1 - p);
        CHECK_THAT(*result,
                   equals(grad, "grad_output",
                          {{"stale_mask",
                            [&](const Matrix& actual) {
                                return actual.rows() == 6 && actual.cols() == 8 &&
                                       (actual.array() == 0.0f).any();
                            },
                            "The last forward dropped nothing, but the gradient has holes. Whose "
                            "mask is that?"},
                           {"eval_scales", would_be(grad / keep),
                            "The last forward scaled nothing. What is its slope?"},
                           {"eval_scales", would_be(grad * keep),
                            "The last forward scaled nothing. What is its slope?"}}));
    });
}

TEST_CASE("backward belongs to the last forward, whatever the mode is by now", "[04]") {
    const bool forward_in_training = GENERATE(true, false);
    const double p = 0.37;
    const Matrix x = distinct_values(6, 8, 0), grad = distinct_values(6, 8, 1);

    const auto results =
        observe(call(forward_in_training
                         ? "forward(x) in training, then backward(grad_output) in evaluation"
                         : "forward(x) in training, forward(x) in evaluation, then "
                           "backward(grad_output) in training"),
                [&] {
                    const auto layer = make_dropout(p, 19);
                    std::vector<Matrix> result{layer->forward(x)};
                    layer->training = false;
                    if (!forward_in_training) {
                        result.push_back(layer->forward(x));
                        layer->training = true;
                    }
                    result.push_back(layer->backward(grad));
                    return result;
                });

    judge([&] {
        require_shapes(*results, forward_in_training ? 2 : 3, x);
        const Matrix mask = mask_of(results->front());
        const Matrix masked = reference::dropout_gradient(grad, mask, p);
        const std::string advice =
            "Between forward and backward the mode was changed. Does backward ask in which mode "
            "the layer is, or in which mode its last forward was?";
        CHECK_THAT(results->back(),
                   equals(forward_in_training ? masked : grad,
                          forward_in_training ? "LibTorch" : "grad_output",
                          {{"backward_by_current_mode",
                            would_be(forward_in_training ? grad : masked), advice}}));
    });
}

TEST_CASE("backward before any forward is refused", "[04]") {
    const bool training = GENERATE(true, false);

    const auto result =
        observe(call(training ? "backward of a new layer, after another layer's forward"
                              : "backward of a new layer in evaluation mode, after "
                                "another layer's forward"),
                [&] {
                    make_dropout(0.3, 2)->forward(Matrix::Ones(2, 3));
                    const auto layer = make_dropout(0.4, 1);
                    layer->training = training;
                    return layer->backward(Matrix::Ones(2, 3));
                });

    judge([&] {
        const std::string advice =
            "There is no forward that this gradient could belong to. How does the caller get to "
            "know, and which exception does the header name?";
        if (result.stopped_by_eigen()) {
            expect(false, "one of Eigen's assertions stopped it, where std::logic_error was due",
                   {{"no_forward_check", true, advice}});
            return;
        }
        const auto thrown = result.exception();
        expect(thrown.has_value(), "returned a gradient, where std::logic_error was expected",
               {{"no_forward_check", true, advice}});
        if (!thrown) return;
        expect(thrown->is(observe::StandardException::logic_error),
               "threw " + thrown->type + ": " + thrown->message +
                   "\nwhere std::logic_error was expected",
               {{"wrong_exception", true,
                 "Callers catch the type that the contract in the header names. Which is it?"}});
    });
}

TEST_CASE("the batch may change from forward to forward", "[04]") {
    const double p = 0.37;
    const std::vector<std::pair<Index, Index>> shapes{{5, 7}, {2, 7}, {9, 3}, {1, 12}, {0, 7}};

    const auto results =
        observe(call("forward and backward of one layer for x 5×7, 2×7, 9×3, 1×12 and 0×7"), [&] {
            const auto layer = make_dropout(p, 23);
            std::vector<Matrix> result;
            for (const auto& [rows, cols] : shapes) {
                result.push_back(layer->forward(distinct_values(rows, cols, 0)));
                result.push_back(layer->backward(distinct_values(rows, cols, 1)));
            }
            return result;
        });

    judge([&] {
        const std::vector<Matrix>& all =
            accepted(results, "first_shape_kept",
                     "A later batch may be smaller or larger, as a data set's last one is. What "
                     "does your layer keep from the first?");
        REQUIRE(all.size() == 2 * shapes.size());
        for (std::size_t i = 0; i < shapes.size(); ++i) {
            const auto [rows, cols] = shapes[i];
            expect_shape(all[2 * i], rows, cols);
            expect_shape(all[2 * i + 1], rows, cols);
            const Matrix mask = mask_of(all[2 * i]);
            const Matrix x = distinct_values(rows, cols, 0), grad = distinct_values(rows, cols, 1);
            CHECK_THAT(all[2 * i], matches(reference::dropout(x, mask, p)));
            CHECK_THAT(all[2 * i + 1], matches(reference::dropout_gradient(grad, mask, p)));
        }
    });
}

TEST_CASE("batches of another size in between do not bring old masks back", "[04]") {
    const double p = GENERATE(0.3, 0.62);

    const auto outputs = observe(
        call("forwards of one layer on ones, 20×25, 8×25, 20×25 and 8×25, in turn,", "p", p), [&] {
            const auto layer = make_dropout(p, input_rng(0)());
            std::vector<Matrix> result;
            for (const Index rows : {20, 8, 20, 8}) {
                result.push_back(layer->forward(Matrix::Ones(rows, 25)));
            }
            return result;
        });

    judge([&] {
        REQUIRE(outputs->size() == 4);
        for (std::size_t i = 0; i < 4; ++i) expect_shape((*outputs)[i], i % 2 == 0 ? 20 : 8, 25);
        const Matrix first = mask_of((*outputs)[0]), small = mask_of((*outputs)[1]);
        expect(first != mask_of((*outputs)[2]) && small != mask_of((*outputs)[3]) &&
                   first.topRows(8) != small,
               "a later forward drops the very units that an earlier one dropped",
               {{"reseeded_for_new_shape", true,
                 "When the batch size changes, the masks start from the beginning again. When is "
                 "your generator seeded, and how often?"}});
    });
}

TEST_CASE("p = 0 drops nothing and p = 1 drops everything", "[04]") {
    const double p = GENERATE(0.0, 1.0);
    const Matrix x = distinct_values(6, 5, 0), grad = distinct_values(6, 5, 1);

    const auto results =
        observe(call("forward(x), then backward(grad_output), in training", "x", x, "p", p), [&] {
            const auto layer = make_dropout(p, 2);
            std::vector<Matrix> result{layer->forward(x)};
            result.push_back(layer->backward(grad));
            return result;
        });

    judge([&] {
        const std::vector<Matrix>& all = accepted_at(results, p);
        require_shapes(all, 2, x);
        const Explanation nan_at_p_one{
            "nan_at_p_one", [](const Matrix& actual) { return !actual.allFinite(); },
            "At p = 1 nothing is kept, and 1-p is 0. What does 0/0 give in floating point?"};
        const Matrix mask = Matrix::Constant(6, 5, p == 0 ? 1.0f : 0.0f);
        const Explanation kept_at_p_one{
            "p_one_keeps", would_be(x),
            "At p = 1 x comes out as it went in. Is a unit ever kept then?"};
        CHECK_THAT(all[0], matches(reference::dropout(x, mask, p), {nan_at_p_one, kept_at_p_one}));
        CHECK_THAT(all[1], matches(reference::dropout_gradient(grad, mask, p), {nan_at_p_one}));
    });
}

TEST_CASE("forward and backward leave their inputs as they were", "[04]") {
    const bool training = GENERATE(true, false);
    const Matrix x = distinct_values(5, 6, 0), grad = distinct_values(5, 6, 1);

    const auto inputs = observe(call("forward(x), then backward(grad_output)", "x", x), [&] {
        const auto layer = make_dropout(0.4, 4);
        layer->training = training;
        std::vector<Matrix> given{x, grad};
        layer->forward(given[0]);
        layer->backward(given[1]);
        return given;
    });

    judge([&] {
        REQUIRE(inputs->size() == 2);
        expect_untouched("x", x, (*inputs)[0]);
        expect_untouched("grad_output", grad, (*inputs)[1]);
    });
}

TEST_CASE("a p outside of 0 to 1 is refused when the layer is made", "[04]") {
    const double p = GENERATE(1.1, -0.25, 37.0, std::numeric_limits<double>::quiet_NaN());

    const auto made =
        observe(call("make_dropout(p, 1)", "p", p), [&] { return make_dropout(p, 1) != nullptr; });

    judge([&] { expect_refused(made, p_out_of_range(p)); });
}

// --- Modes ---------------------------------------------------------------------------------------

/// Hands on twice its input in evaluation and three times in training.
class Probe : public nn::Layer {
public:
    Matrix forward(const Matrix& x) override {
        training_forwards += training ? 1 : 0;
        return x * (training ? 3.0f : 2.0f);
    }
    Matrix backward(const Matrix& grad_output) override { return grad_output; }

    static inline int training_forwards = 0;
};

struct CursedAtRuntime : std::runtime_error {
    using std::runtime_error::runtime_error;
};
struct CursedLogic : std::logic_error {
    using std::logic_error::logic_error;
};
struct CursedByOthers {};  // not every library derives from std::exception

/// Its forward throws.
class Thrower : public Probe {
public:
    explicit Thrower(int which) : which_(which) {}
    Matrix forward(const Matrix&) override {
        if (which_ == 0) throw CursedAtRuntime{"the last layer is cursed"};
        if (which_ == 1) throw CursedLogic{"the last layer is cursed"};
        throw CursedByOthers{};
    }

private:
    int which_;
};

/// Layers one after another that are no nn::Sequential: a parameter of its own, and five times the
/// last layer's output.
class Box : public nn::Layer {
public:
    Matrix forward(const Matrix& x) override {
        Matrix y = x;
        for (const auto& layer : layers) y = layer->forward(y);
        return 5.0f * y;
    }
    Matrix backward(const Matrix& grad_output) override { return grad_output; }
    std::vector<nn::Parameter*> parameters() override { return {&own}; }
    std::vector<nn::Layer*> children() override {
        std::vector<nn::Layer*> all;
        for (const auto& layer : layers) all.push_back(layer.get());
        return all;
    }

    std::vector<std::unique_ptr<nn::Layer>> layers;
    nn::Parameter own{"own", Matrix::Ones(1, 1), Matrix::Zero(1, 1)};
};

/// A network of nested layers, ending in a Probe or in `last`.
///
///     Sequential ─ Probe
///                ─ Box        ─ Probe
///                             ─ Sequential ─ Probe
///                ─ Sequential ─ Probe
///                             ─ Sequential ─ Probe
///                                          ─ Probe
///                ─ last
std::unique_ptr<nn::Layer> nested_network(std::unique_ptr<nn::Layer> last) {
    auto in_the_box = std::make_unique<nn::Sequential>();
    in_the_box->add(std::make_unique<Probe>());
    auto box = std::make_unique<Box>();
    box->layers.push_back(std::make_unique<Probe>());
    box->layers.push_back(std::move(in_the_box));
    auto innermost = std::make_unique<nn::Sequential>();
    innermost->add(std::make_unique<Probe>());
    innermost->add(std::make_unique<Probe>());
    auto middle = std::make_unique<nn::Sequential>();
    middle->add(std::make_unique<Probe>());
    middle->add(std::move(innermost));
    auto root = std::make_unique<nn::Sequential>();
    root->add(std::make_unique<Probe>());
    root->add(std::move(box));
    root->add(std::move(middle));
    root->add(std::move(last));
    return root;
}

constexpr std::size_t nested_layers = 12;

/// Where the layers of nested_network stand, in the order of all_of.
constexpr std::array<int, nested_layers> depths{0, 1, 1, 2, 2, 3, 1, 2, 2, 3, 3, 1};
constexpr std::array<int, nested_layers> inside_the_box{0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0};
constexpr std::array<int, nested_layers> holds_others{1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 0, 0};
constexpr std::array<int, nested_layers> without_last_children{1, 1, 1, 1, 0, 0, 1, 1, 0, 0, 0, 0};

/// The layers for which `reached` holds are in mode `mode`, the others as before.
template <typename Reached>
bool only_where(const Modes& after, const Modes& before, int mode, Reached reached) {
    for (std::size_t i = 0; i < after.size(); ++i) {
        if (after[i] != (reached(i) ? mode : before[i])) return false;
    }
    return true;
}

Modes patterned(int pattern) {
    switch (pattern) {
        case 0:
            return {1, 0, 1, 1, 0, 0, 0, 1, 1, 0, 1, 0};
        case 1:
            return {0, 1, 1, 0, 1, 1, 1, 0, 0, 1, 0, 1};
        case 2:
            return Modes(nested_layers, 1);
        default:
            return Modes(nested_layers, 0);
    }
}

/// No layer is in training that was in evaluation before.
bool none_wakes_up(const Modes& after, const Modes& before) {
    for (std::size_t i = 0; i < after.size(); ++i) {
        if (after[i] != 0 && before[i] == 0) return false;
    }
    return true;
}

/// How many of the layers that multiply are in evaluation mode.
int evaluating_probes(const Modes& modes) {
    int count = 0;
    for (std::size_t i = 0; i < modes.size(); ++i) count += holds_others[i] == 0 && modes[i] == 0;
    return count;
}

TEST_CASE("set_training reaches every descendant", "[04][weight=2]") {
    const int mode = GENERATE(0, 1);
    const int pattern = GENERATE(0, 1, 2, 3);
    const Modes before = patterned(pattern);

    const auto after = observe(
        call("set_training(network, training) for layers that hold layers", "training", mode), [&] {
            const auto network = nested_network(std::make_unique<Probe>());
            put_modes(*network, before);
            set_training(*network, mode != 0);
            return modes_of(*network);
        });

    judge([&] {
        REQUIRE(after->size() == nested_layers);
        const auto reaches = [&](auto reached) {
            return only_where(*after, before, mode, reached);
        };
        Modes toggled = before;
        for (int& one : toggled) one = 1 - one;
        expect(
            *after == Modes(nested_layers, mode),
            "the layers' modes were " + text_of(before) + " and are " + text_of(*after) +
                ", each layer before those inside it (T training, E evaluation); all have to be " +
                (mode != 0 ? "T" : "E"),
            {{"modes_not_set", *after == before, "No layer has changed. What is set, and where?"},
             {"only_root", reaches([](std::size_t i) { return i == 0; }),
              "Only the root has changed. How do you get to the layers inside it?"},
             {"first_level_only", reaches([](std::size_t i) { return depths[i] <= 1; }),
              "The root's own children have changed, and theirs have not. What if a layer inside "
              "holds layers again?"},
             {"first_level_only", reaches([](std::size_t i) { return depths[i] == 1; }),
              "The root's own children have changed, and nothing else. What if a layer inside "
              "holds layers again, and what of the root itself?"},
             {"second_level_only", reaches([](std::size_t i) { return depths[i] <= 2; }),
              "The layers two levels down have changed, and deeper ones have not. How deep may a "
              "network be?"},
             {"first_child_only", reaches([](std::size_t i) { return i <= 1; }),
              "Only the root and its first child have changed. Where does the loop end?"},
             {"last_child_missed",
              reaches([](std::size_t i) { return without_last_children[i] != 0; }),
              "The last child of each layer, and what is inside it, has not changed. Which is the "
              "last index that your loop reaches?"},
             {"root_forgotten", reaches([](std::size_t i) { return i != 0; }),
              "All have changed but the root itself. May a root have a mode that matters?"},
             {"only_sequential", reaches([](std::size_t i) { return inside_the_box[i] == 0; }),
              "The layers inside of nn::Sequential have changed, those inside of another layer "
              "that holds some have not. What has every layer that tells what is inside it?"},
             {"only_leaves", reaches([](std::size_t i) { return holds_others[i] == 0; }),
              "Layers that hold others keep their mode. Does that do for every such layer?"},
             {"argument_ignored", *after == Modes(nested_layers, 1 - mode),
              "All layers are in the other mode. What does the argument say?"},
             {"toggled", *after == toggled,
              "Every layer has changed to its other mode. What if it was in the right one?"}});
    });
}

TEST_CASE("set_training also takes a single layer", "[04]") {
    const int mode = GENERATE(0, 1);

    const auto after = observe(call("set_training(layer, training)", "training", mode), [&] {
        Probe layer;
        layer.training = mode == 0;
        set_training(layer, mode != 0);
        return layer.training;
    });

    judge([&] {
        expect(*after == (mode != 0), "the layer's mode has not changed",
               {{"root_forgotten", true, "The root is to be switched as well."}});
    });
}

TEST_CASE("predict runs the whole network in evaluation mode", "[04]") {
    const Modes before = patterned(GENERATE(0, 1, 2, 3));
    const Matrix x = distinct_values(3, 4);

    const auto outcome = observe(
        call("predict(network, x), where every innermost layer multiplies by 2 in evaluation and "
             "by 3 in training,",
             "x", x),
        [&] {
            const auto network = nested_network(std::make_unique<Probe>());
            put_modes(*network, before);
            Probe::training_forwards = 0;
            const Matrix y = predict(*network, x);
            return std::pair(y, Probe::training_forwards);
        });

    judge([&] {
        const auto& [y, training_forwards] = *outcome;
        constexpr int probes = 7;
        const auto factor = [](int evaluating) {
            return 5.0f * std::pow(2.0f, static_cast<float>(evaluating)) *
                   std::pow(3.0f, static_cast<float>(probes - evaluating));
        };
        std::vector<Explanation> explanations;
        if (evaluating_probes(before) < probes) {
            explanations.push_back(
                {"predicts_in_training", would_be(x * factor(evaluating_probes(before))),
                 "The layers ran in the mode in which they were. When is the network switched, and "
                 "when does its forward run?"});
        }
        explanations.push_back({"predicts_in_training", would_be(x * factor(0)),
                                "All layers ran in training mode. Which mode is predict for?"});
        for (int evaluating = 1; evaluating < probes; ++evaluating) {
            explanations.push_back(
                {"some_layers_in_training", would_be(x * factor(evaluating)),
                 "Some layers ran in evaluation and others in training. Are all descendants "
                 "switched before forward runs?"});
        }
        explanations.push_back(
            {"x_returned", would_be(x), "That is x itself. Whose output is asked for?"});
        CHECK_THAT(y, equals(x * factor(probes), "what evaluation gives", explanations));
        expect(training_forwards == 0,
               std::to_string(training_forwards) + " forwards of inner layers ran in training mode",
               {{"predicts_in_training", true,
                 "The output is right, but the network also ran in training mode. Its dropouts "
                 "drew masks, and a batch normalization would have learned from x."}});
    });
}

TEST_CASE("predict runs the network's own forward", "[04]") {
    const Matrix x = distinct_values(3, 4);

    const auto y = observe(call("predict(network, x) for a network that multiplies its last "
                                "layer's output by 5,",
                                "x", x),
                           [&] {
                               Box network;
                               network.layers.push_back(std::make_unique<Probe>());
                               network.layers.push_back(std::make_unique<Probe>());
                               return predict(network, x);
                           });

    judge([&] {
        CHECK_THAT(*y, equals(x * 20.0f, "x·2·2·5",
                              {{"forward_bypassed", would_be(x * 4.0f),
                                "The layers inside ran one after another, but the network may do "
                                "more than that. Who knows how to run it?"}}));
    });
}

TEST_CASE("predict leaves each layer in the mode in which it was", "[04][weight=2]") {
    constexpr int patterns = 4;

    const auto outcome = observe(call("predict(network, x), where some layers were in training and "
                                      "others in evaluation"),
                                 [&] {
                                     std::vector<Modes> result;
                                     for (int i = 0; i < patterns; ++i) {
                                         const auto network =
                                             nested_network(std::make_unique<Probe>());
                                         put_modes(*network, patterned(i));
                                         predict(*network, Matrix::Ones(2, 2));
                                         result.push_back(modes_of(*network));
                                     }
                                     return result;
                                 });

    judge([&] {
        REQUIRE(outcome->size() == patterns);
        for (const Modes& after : *outcome) REQUIRE(after.size() == nested_layers);
        const auto each = [&](auto property) {
            for (int i = 0; i < patterns; ++i) {
                if (!property((*outcome)[static_cast<std::size_t>(i)], patterned(i))) return false;
            }
            return true;
        };
        for (int i = 0; i < patterns; ++i) {
            const Modes before = patterned(i), &after = (*outcome)[static_cast<std::size_t>(i)];
            expect(
                after == before,
                "the layers' modes were " + text_of(before) + " and are " + text_of(after) +
                    " now, each layer before those inside it (T training, E evaluation)",
                {{"modes_not_restored", each([](const Modes& now, const Modes&) {
                      return now == Modes(nested_layers, 0);
                  }),
                  "Everything is left in evaluation mode. What happens to a training that goes on "
                  "after predict?"},
                 {"restored_to_training", each([](const Modes& now, const Modes&) {
                      return now == Modes(nested_layers, 1);
                  }),
                  "Everything is in training mode now. Was it before? Some layers may have been "
                  "put into evaluation on purpose."},
                 {"restored_by_the_root", each([](const Modes& now, const Modes& then) {
                      return now == Modes(nested_layers, then[0]);
                  }),
                  "All layers are in the root's mode now. Was each of them in it before?"},
                 {"restored_partly", each(none_wakes_up),
                  "Some layers have their mode back, and others are left in evaluation. Which ones "
                  "does your memory reach: outer ones, inner ones, those that hold others?"},
                 {"restored_in_disorder", true,
                  "Layers have modes that others had. How do you know which mode belongs to which "
                  "layer?",
                  true}});
            if (after != before) return;
        }
    });
}

TEST_CASE("predict puts the modes back when forward throws, and lets the exception go on",
          "[04][weight=2]") {
    const int which = GENERATE(0, 1, 2);
    const Modes before = patterned(GENERATE(0, 1, 2));
    const std::string thrown = which == 0   ? "CursedAtRuntime: the last layer is cursed"
                               : which == 1 ? "CursedLogic: the last layer is cursed"
                                            : "something that is no std::exception";

    const auto outcome =
        observe(call("predict(network, x), where the last layer's forward throws"), [&] {
            const auto network = nested_network(std::make_unique<Thrower>(which));
            put_modes(*network, before);
            std::string caught = "nothing";
            try {
                predict(*network, Matrix::Ones(2, 2));
            } catch (const NotWritten&) { throw; } catch (const CursedAtRuntime& error) {
                caught = std::string("CursedAtRuntime: ") + error.what();
            } catch (const CursedLogic& error) {
                caught = std::string("CursedLogic: ") + error.what();
            } catch (const CursedByOthers&) {
                caught = "something that is no std::exception";
            } catch (const std::exception& error) {
                caught = std::string("another exception: ") + error.what();
            } catch (...) { caught = "another exception"; }
            return std::pair(modes_of(*network), caught);
        });

    judge([&] {
        const auto& [after, caught] = *outcome;
        expect(caught == thrown,
               "the layer threw " + thrown + "\nand the caller of predict got " + caught,
               {{"exception_swallowed", caught == "nothing",
                 "The caller goes on with a prediction that never was. What does throw; do at the "
                 "end of a catch block?"},
                {"exception_changed", true,
                 "The caller gets another exception than the layer threw. In a catch block, what "
                 "is the difference between throw; and throw of something new?"}});
        REQUIRE(after.size() == nested_layers);
        expect(after == before,
               "the layers' modes were " + text_of(before) + " and are " + text_of(after) +
                   " after the exception (T training, E evaluation)",
               {{"catches_too_little", after == Modes(nested_layers, 0) && which > 0,
                 "For this exception the modes are not put back. A catch block takes only what its "
                 "type names: what takes every exception, or needs no catch at all?",
                 true},
                {"not_restored_on_throw", after == Modes(nested_layers, 0),
                 "The modes are put back after forward returns, and here it does not. What runs "
                 "on every way out of a function: a destructor, or a catch block?"},
                {"restored_to_training", after == Modes(nested_layers, 1),
                 "After the exception everything is in training mode. Was it before?"},
                {"restored_partly", true,
                 "After the exception some layers are in another mode than before.", true}});
    });
}

TEST_CASE("predictions do not scatter: the article's network", "[04][weight=2]") {
    const Matrix x = distinct_values(7, 1);

    const auto results = observe(
        call("predict(network, x) four times, a training forward before each, for a network with "
             "two dropouts of p = 0.4,",
             "x", x),
        [&] {
            Rng rng = input_rng(1);
            nn::Sequential network;
            std::vector<Matrix> result;
            const std::vector<Index> widths{1, 9, 8, 1};
            for (std::size_t i = 0; i < 3; ++i) {
                auto linear = std::make_unique<nn::Linear>(widths[i], widths[i + 1], rng);
                for (const nn::Parameter* parameter : linear->parameters()) {
                    result.push_back(parameter->value);
                }
                network.add(std::move(linear));
                if (i == 2) break;
                network.add(std::make_unique<nn::Sigmoid>());
                network.add(make_dropout(0.4, 30 + i));
            }
            for (int i = 0; i < 4; ++i) {
                network.forward(x);
                result.push_back(predict(network, x));
            }
            return result;
        });

    judge([&] {
        using reference::Kind;
        const std::vector<Matrix>& all = *results;
        REQUIRE(all.size() == 10);
        std::vector<reference::Layer> layers;
        for (std::size_t i = 0; i < 3; ++i) {
            layers.push_back({Kind::linear, all[2 * i], all[2 * i + 1]});
            if (i < 2) layers.push_back({Kind::sigmoid});
        }
        const Matrix expected = reference::run(layers, x, Matrix::Ones(7, 1), false).output;
        for (std::size_t i = 6; i < all.size(); ++i) expect_shape(all[i], 7, 1);
        const bool scatters = all[6] != all[7] || all[7] != all[8];
        for (std::size_t i = 6; i < all.size(); ++i) {
            CHECK_THAT(all[i], matches_sums(
                                   expected, 1.0f,
                                   {{"predictions_scatter", [&](const Matrix&) { return scatters; },
                                     "Each prediction for the same x is another "
                                     "one. Who is still tossing coins?"}}));
        }
    });
}

}  // namespace
}  // namespace lab::test
