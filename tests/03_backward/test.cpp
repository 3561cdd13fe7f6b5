#include <limits>
#include <set>

#include "dropout_backward.h"
#include "judging.h"
#include "reference.h"

namespace lab::test {
namespace {

/// What the known mistakes make of a gradient, a mask and p.
std::vector<Explanation> explanations(const Matrix& gradient, const Matrix& mask, double p) {
    const auto keep = static_cast<float>(1.0 - p);
    const auto drop = static_cast<float>(p);
    const Matrix kept = gradient.cwiseProduct(mask);
    const Matrix dropped = gradient - kept;
    const float realised = mask.mean();
    const auto batch = static_cast<float>(mask.rows());
    const Matrix row_fractions = mask.rowwise().mean().replicate(1, mask.cols());
    const Matrix column_fractions = mask.colwise().mean().replicate(mask.rows(), 1);
    const Matrix first_row = mask.row(0).replicate(mask.rows(), 1);
    const Matrix by_columns =
        Eigen::Map<const Eigen::MatrixXf>(mask.data(), mask.rows(), mask.cols());
    const std::string realised_advice =
        "You divide by the fraction of units that this mask happens to keep. The forward pass "
        "scaled by p alone: what does its derivative do?";
    const std::string inverted_advice =
        "The gradient flows through the units whose mask is 0. Which ones did the forward pass "
        "let through?";
    return {
        {"mask_missing", would_be(gradient / keep),
         "Your gradient is grad_output/(1-p), without the mask. If you nudge a dropped unit of x, "
         "does y move?"},
        {"passed_through", would_be(gradient),
         "Your gradient is grad_output itself. If you nudge a dropped unit of x, does y move? And "
         "a kept one: by how much?"},
        {"not_scaled", would_be(kept),
         "Your gradient is grad_output·mask. If you nudge a kept unit of x by h, by how much does "
         "y = x·mask/(1-p) move?"},
        {"scaled_by_p", would_be(kept / drop),
         "Your gradient is grad_output·mask/p. p is the probability of dropping: by what did the "
         "forward pass divide?"},
        {"times_keep", would_be(kept * keep),
         "Your gradient is grad_output·mask·(1-p). The derivative of x/c is not c: which is it?"},
        {"times_p", would_be(kept * drop),
         "Your gradient is grad_output·mask·p. By what did the forward pass divide?"},
        {"scaled_twice", would_be(kept / (keep * keep)),
         "Your gradient is grad_output·mask/(1-p)². Is it divided by 1-p in two places?"},
        {"mask_inverted", would_be(dropped / keep), inverted_advice},
        {"mask_inverted", would_be(dropped / drop), inverted_advice},
        {"mask_inverted", would_be(dropped), inverted_advice},
        {"realised_fraction", would_be(kept / realised), realised_advice},
        {"realised_fraction",
         would_be(kept.cwiseQuotient(row_fractions.cwiseMax(std::numeric_limits<float>::min()))),
         realised_advice},
        {"realised_fraction",
         would_be(kept.cwiseQuotient(column_fractions.cwiseMax(std::numeric_limits<float>::min()))),
         realised_advice},
        {"storage_order", would_be(gradient.cwiseProduct(by_columns) / keep),
         "The mask's entries are taken column by column. A Matrix of this course lies in memory "
         "row "
         "by row."},
        {"grad_output_ignored", would_be(mask / keep),
         "Your gradient is mask/(1-p). That is ∂y/∂x. Where does ∂L/∂y come in?"},
        {"grad_output_ignored", would_be(mask),
         "Your gradient is the mask. Where does ∂L/∂y come in?"},
        {"first_row_mask", would_be(gradient.cwiseProduct(first_row) / keep),
         "Every row of your gradient uses the mask's first row. Each sample has a mask of its "
         "own."},
        {"summed_over_batch", would_be((kept / keep).colwise().sum().replicate(mask.rows(), 1)),
         "Every row holds the sum over the batch. That is a bias's gradient: does x have one entry "
         "for each sample, or one for all?"},
        {"divided_by_batch", would_be(kept / keep / batch),
         "Your gradient is divided by the number of rows. Whether a loss takes a mean over the "
         "batch is its own business: is the mean not in grad_output already?"},
        {"divided_by_size", would_be(kept / keep / static_cast<float>(mask.size())),
         "Your gradient is divided by the number of entries. Whether a loss takes a mean is its "
         "own business: is the mean not in grad_output already?"},
        {"negated", would_be(-kept / keep),
         "Every entry has the wrong sign. The step against the gradient is the optimizer's: what "
         "is asked for here?"},
        {"sqrt_scale", would_be(kept / std::sqrt(keep)),
         "Your gradient is grad_output·mask/√(1-p). By what did the forward pass divide?"},
        {"dropped_units_kept", would_be(kept / keep + dropped),
         "Kept units are right, but the gradient also passes through dropped ones. If you nudge a "
         "dropped unit of x, does y move?"},
        {"mask_guessed", would_be((gradient.array() > 0.0f).select(gradient / keep, 0.0f)),
         "Your gradient is kept where grad_output is positive. That is how ReLU's gradient looks "
         "when its input has that sign: what decides here?"},
        {"matrix_product",
         [=](const Matrix& actual) {
             const Matrix transposed = mask.transpose();
             return agree(actual, gradient * transposed / keep) ||
                    agree(actual, gradient * transposed);
         },
         "That is the product of two matrices. How are two matrices multiplied entry by entry?"},
        {"fresh_mask",
         [=](const Matrix& actual) {
             if (actual.rows() != gradient.rows() || actual.cols() != gradient.cols()) return false;
             // Each entry is 0, or what a kept unit gives: the mask of some other forward pass.
             std::set<Index> columns_leaking;
             for (Index i = 0; i < actual.size(); ++i) {
                 const float entry = actual.data()[i], whole = gradient.data()[i] / keep;
                 if (entry == 0.0f) continue;
                 if (std::abs(entry - whole) > 1e-4f * std::abs(whole)) return false;
                 if (mask.data()[i] == 0.0f) columns_leaking.insert(i % actual.cols());
             }
             const bool holes = (actual.array() == 0.0f).any();
             return holes && columns_leaking.size() > 1;
         },
         "Your gradient has holes, but not where the forward pass had them. Which mask does it "
         "use?"},
    };
}
TEST_CASE("the gradient flows where the forward pass let the unit through, at its scale",
          "[03][weight=2]") {
    const double p = GENERATE(0.2, 0.37, 0.7);
    const Matrix gradient = distinct_values(5, 7), mask = mixed_mask(5, 7);

    const auto result =
        observe(call("dropout_backward(grad_output, mask, p)", "grad_output", gradient, "p", p),
                [&] { return dropout_backward(gradient, mask, p); });

    judge([&] {
        CHECK_THAT(*result, matches(reference::dropout_gradient(gradient, mask, p),
                                    explanations(gradient, mask, p)));
    });
}

TEST_CASE("a dropped unit gets no gradient at all", "[03]") {
    const double p = GENERATE(0.3, 0.64);
    const Matrix gradient = distinct_values(6, 4) * 1e6f, mask = mixed_mask(6, 4);

    const auto result =
        observe(call("dropout_backward(grad_output, mask, p)", "grad_output", gradient, "p", p),
                [&] { return dropout_backward(gradient, mask, p); });

    judge([&] {
        CHECK_THAT(*result, matches(reference::dropout_gradient(gradient, mask, p),
                                    explanations(gradient, mask, p)));
    });
}

TEST_CASE("the gradient is what finite differences of the forward pass give", "[03][weight=2]") {
    const double p = GENERATE(0.25, 0.6);
    const Matrix weights = distinct_values(3, 4), mask = mixed_mask(3, 4);

    const auto result =
        observe(call("dropout_backward(grad_output, mask, p)", "grad_output", weights, "p", p),
                [&] { return dropout_backward(weights, mask, p); });

    judge([&] {
        // L = Σ weights · y. The forward pass is linear in x: around x = 0 a step of 1 is exact.
        const auto loss = [&](const Matrix& at) {
            return (weights.cast<double>().array() *
                    reference::dropout(at, mask, p).cast<double>().array())
                .sum();
        };
        Matrix slopes(3, 4);
        for (Index i = 0; i < slopes.size(); ++i) {
            Matrix nudged = Matrix::Zero(3, 4);
            nudged.data()[i] = 1.0f;
            slopes.data()[i] = static_cast<float>(loss(nudged) - loss(Matrix::Zero(3, 4)));
        }
        CHECK_THAT(*result, equals(slopes, "finite differences", explanations(weights, mask, p)));
    });
}

TEST_CASE("the scale is the forward pass's, whatever the mask keeps", "[03]") {
    const double p = GENERATE(0.15, 0.7);
    const int kept = GENERATE(0, 1, 11, 12);
    const Matrix gradient = distinct_values(3, 4);
    Matrix mask = Matrix::Zero(3, 4);
    for (int i = 0; i < kept; ++i) mask(i % 3, i / 3) = 1.0f;

    const auto result = observe(call("dropout_backward(grad_output, mask, p)", "grad_output",
                                     gradient, "units kept", kept, "p", p),
                                [&] { return dropout_backward(gradient, mask, p); });

    judge([&] {
        CHECK_THAT(*result, matches(reference::dropout_gradient(gradient, mask, p),
                                    explanations(gradient, mask, p)));
    });
}

TEST_CASE("the mask decides, not the zeros of grad_output", "[03]") {
    Matrix gradient = distinct_values(4, 6);
    const Matrix mask = mixed_mask(4, 6);
    gradient.col(3).setZero();
    gradient.row(2).setZero();

    const auto result =
        observe(call("dropout_backward(grad_output, mask, 0.4) for zeros in grad_output",
                     "grad_output", gradient),
                [&] { return dropout_backward(gradient, mask, 0.4); });

    judge([&] {
        CHECK_THAT(*result, matches(reference::dropout_gradient(gradient, mask, 0.4),
                                    explanations(gradient, mask, 0.4)));
    });
}

TEST_CASE("p = 0 passes the gradient on as it is", "[03]") {
    const Matrix gradient = distinct_values(4, 6), mask = Matrix::Ones(4, 6);

    const auto result =
        observe(call("dropout_backward(grad_output, mask, 0)", "grad_output", gradient),
                [&] { return dropout_backward(gradient, mask, 0.0); });

    judge([&] {
        CHECK_THAT(accepted_at(result, 0.0),
                   matches(reference::dropout_gradient(gradient, mask, 0.0)));
    });
}

TEST_CASE("p = 1 lets no gradient through, and gives no NaN", "[03]") {
    const Matrix gradient = distinct_values(4, 6), mask = Matrix::Zero(4, 6);

    const auto result = observe(
        call("dropout_backward(grad_output, mask, 1) for a mask of zeros", "grad_output", gradient),
        [&] { return dropout_backward(gradient, mask, 1.0); });

    judge([&] {
        const Explanation nan_at_p_one{
            "nan_at_p_one", [](const Matrix& actual) { return !actual.allFinite(); },
            "At p = 1 nothing is kept, and 1-p is 0. What does 0/0 give in floating point?"};
        const Explanation passed_through{"passed_through", would_be(gradient),
                                         "At p = 1 every unit is dropped. Which gradient is left?"};
        CHECK_THAT(accepted_at(result, 1.0),
                   matches(reference::dropout_gradient(gradient, mask, 1.0),
                           {nan_at_p_one, passed_through}));
    });
}

TEST_CASE("p may come close to 0 and to 1", "[03]") {
    // Powers of two, so that 1-p has no rounding error in float either.
    const double p = GENERATE(0x1p-8, 1 - 0x1p-4, 1 - 0x1p-12, 1 - 0x1p-20);
    const Matrix gradient = distinct_values(4, 6), mask = mixed_mask(4, 6);

    const auto result =
        observe(call("dropout_backward(grad_output, mask, p)", "grad_output", gradient, "p", p),
                [&] { return dropout_backward(gradient, mask, p); });

    judge([&] { CHECK_THAT(*result, matches(reference::dropout_gradient(gradient, mask, p))); });
}

TEST_CASE("a batch may have any shape, also none at all", "[03]") {
    const auto [rows, cols] = GENERATE(
        table<int, int>({{1, 1}, {1, 9}, {9, 1}, {33, 2}, {2, 33}, {0, 5}, {5, 0}, {0, 0}}));
    const Matrix gradient = distinct_values(rows, cols), mask = mixed_mask(rows, cols);

    const auto result =
        observe(call("dropout_backward(grad_output, mask, 0.25)", "grad_output", gradient),
                [&] { return dropout_backward(gradient, mask, 0.25); });

    judge([&] {
        const Matrix& value = gradient.size() > 0 ? *result : accepted_empty(result);
        CHECK_THAT(value, matches(reference::dropout_gradient(gradient, mask, 0.25)));
    });
}

TEST_CASE("each call stands on its own and leaves its inputs as they were", "[03]") {
    const Matrix gradient = distinct_values(3, 5, 0), other = distinct_values(4, 2, 1);
    const Matrix mask = mixed_mask(3, 5, 2), other_mask = mixed_mask(4, 2, 3);

    const auto results = observe(
        call("dropout_backward for a 3×5 gradient at p = 0.3, then for another at p = 0.6, then "
             "the first again"),
        [&] {
            Matrix gradient_given = gradient, mask_given = mask;
            std::vector<Matrix> result;
            result.push_back(dropout_backward(gradient_given, mask_given, 0.3));
            result.push_back(dropout_backward(other, other_mask, 0.6));
            result.push_back(dropout_backward(gradient, mask, 0.3));
            result.push_back(gradient_given);
            result.push_back(mask_given);
            return result;
        });

    judge([&] {
        REQUIRE(results->size() == 5);
        expect_untouched("grad_output", gradient, (*results)[3]);
        expect_untouched("mask", mask, (*results)[4]);
        expect_repeatable({(*results)[0], (*results)[1], (*results)[2]},
                          {reference::dropout_gradient(gradient, mask, 0.3),
                           reference::dropout_gradient(other, other_mask, 0.6),
                           reference::dropout_gradient(gradient, mask, 0.3)},
                          explanations(gradient, mask, 0.3));
    });
}

TEST_CASE("a p outside of 0 to 1 is refused", "[03]") {
    const double p = GENERATE(1.1, -0.25, 37.0, std::numeric_limits<double>::quiet_NaN());
    const int rows = GENERATE(2, 0);
    const Matrix gradient = distinct_values(rows, 3), mask = mixed_mask(rows, 3);

    const auto result =
        observe(call("dropout_backward(grad_output, mask, p)", "grad_output", gradient, "p", p),
                [&] { return dropout_backward(gradient, mask, p); });

    judge([&] {
        const Refusal refusal = p_out_of_range(p);
        expect_refused(result, rows > 0 ? refusal : behind_a_shortcut(refusal, "an empty batch"));
    });
}

TEST_CASE("a mask of another shape is refused", "[03]") {
    const auto [rows, cols] = GENERATE(
        table<int, int>({{5, 4}, {4, 9}, {3, 5}, {2, 10}, {1, 5}, {4, 1}, {1, 1}, {0, 0}}));
    const double p = GENERATE(0.3, 0.0, 1.0);
    const Matrix gradient = distinct_values(4, 5);
    const Matrix mask = p < 1 ? Matrix::Ones(rows, cols) : Matrix::Zero(rows, cols);

    const auto result = observe(call("dropout_backward(grad_output, mask, p)", "grad_output",
                                     gradient, "mask", mask, "p", p),
                                [&] { return dropout_backward(gradient, mask, p); });

    judge([&] {
        const Refusal refusal = mask_of_another_shape("grad_output", gradient, mask);
        expect_refused(
            result, p == 0.3 ? refusal : behind_a_shortcut(refusal, "p = " + observe::describe(p)));
    });
}

}  // namespace
}  // namespace lab::test
