#include <limits>

#include "inverted_scaling.h"
#include "judging.h"
#include "reference.h"

namespace lab::test {
namespace {

/// What the known mistakes make of x, a mask and p.
std::vector<Explanation> explanations(const Matrix& x, const Matrix& mask, double p) {
    const auto keep = static_cast<float>(1.0 - p);
    const auto drop = static_cast<float>(p);
    const Matrix kept = x.cwiseProduct(mask);
    const Matrix dropped = x - kept;
    const float realised = mask.size() > 0 ? mask.mean() : 1.0f;
    const Matrix row_fractions = mask.rowwise().mean().replicate(1, mask.cols());
    const Matrix column_fractions = mask.colwise().mean().replicate(mask.rows(), 1);
    const Matrix first_row = mask.row(0).replicate(mask.rows(), 1);
    const auto by_columns = [](const Matrix& matrix) -> Matrix {
        return Eigen::Map<const Eigen::MatrixXf>(matrix.data(), matrix.rows(), matrix.cols());
    };
    const std::string order_advice =
        "Entries are taken column by column. A Matrix of this course lies in memory row by row.";
    const Matrix right = kept / keep;
    const std::string realised_advice =
        "You divide by the fraction of units that this mask happens to keep. The scale has to "
        "depend on p alone: which average should come out right, that of one mask or that of all?";
    return {
        {"scaled_by_p", would_be(kept / drop),
         "Your output is x·mask/p. p is the probability of dropping: which share of the units is "
         "kept, and so what do you divide by?"},
        {"not_scaled", would_be(kept),
         "Your output is x·mask. The dropped units are gone, but nothing makes up for them: what "
         "is the average output now, and what should it be?"},
        {"times_keep", would_be(kept * keep),
         "Your output is x·mask·(1-p). That makes the average smaller still: should a survivor "
         "grow or shrink to stand in for the dropped ones?"},
        {"times_p", would_be(kept * drop),
         "Your output is x·mask·p. Should a survivor grow or shrink to stand in for the dropped "
         "ones, and which of p and 1-p says how many survive?"},
        {"scaled_twice", would_be(kept / (keep * keep)),
         "Your output is x·mask/(1-p)². Is it divided by 1-p in two places?"},
        {"mask_inverted", would_be(dropped / keep),
         "The units that you keep are those whose mask is 0. In this course a 1 keeps a unit."},
        {"mask_inverted", would_be(dropped / drop),
         "The units that you keep are those whose mask is 0. In this course a 1 keeps a unit."},
        {"mask_inverted", would_be(dropped),
         "The units that you keep are those whose mask is 0. In this course a 1 keeps a unit, and "
         "what is kept is scaled."},
        {"mask_ignored", would_be(x / keep),
         "Your output is x/(1-p), without the mask. What should become of a unit whose mask is 0?"},
        {"mask_ignored", would_be(x),
         "Your output is x itself. What should become of a unit whose mask is 0, and of one whose "
         "mask is 1?"},
        {"dropped_units_kept", would_be(kept / keep + dropped),
         "The survivors are right, but a dropped unit keeps its value. What should it become?"},
        {"dropped_units_kept", would_be(kept + dropped / keep),
         "Dropped units keep a value, and it is they that are scaled. What should become of a unit "
         "whose mask is 0?"},
        {"realised_fraction", would_be(kept / realised), realised_advice},
        {"realised_fraction",
         would_be(kept.cwiseQuotient(row_fractions.cwiseMax(std::numeric_limits<float>::min()))),
         realised_advice},
        {"realised_fraction",
         would_be(kept.cwiseQuotient(column_fractions.cwiseMax(std::numeric_limits<float>::min()))),
         realised_advice},
        {"x_ignored", would_be(mask / keep), "Your output is mask/(1-p). Where does x come in?"},
        {"x_ignored", would_be(mask), "Your output is the mask. Where does x come in?"},
        {"first_row_mask", would_be(x.cwiseProduct(first_row) / keep),
         "Every row of your output uses the mask's first row. Each sample has a mask of its own."},
        {"matrix_product",
         [=](const Matrix& actual) {
             const Matrix transposed = mask.transpose();
             return agree(actual, x * transposed / keep) || agree(actual, x * transposed);
         },
         "That is the product of two matrices. How are two matrices multiplied entry by entry?"},
        {"storage_order", would_be(x.cwiseProduct(by_columns(mask)) / keep), order_advice},
        {"storage_order", would_be(by_columns(x).cwiseProduct(mask) / keep), order_advice},
        {"dropped_units_kept",
         [=](const Matrix& actual) {
             return actual.rows() == right.rows() && actual.cols() == right.cols() &&
                    agree(actual.cwiseProduct(mask), right);
         },
         "The survivors are right, but a dropped unit is not 0. What is written there, and by "
         "whom?"},
        {"kept_units_dropped",
         [=](const Matrix& actual) {
             if (actual.rows() != right.rows() || actual.cols() != right.cols()) return false;
             const Matrix left = (actual.array() != 0.0f).cast<float>();
             const Matrix wanted = (right.array() != 0.0f).cast<float>();
             const Matrix lost = wanted - wanted.cwiseProduct(left);
             // All over the place, not the one row or column that a loop forgets.
             const bool scattered = (lost.rowwise().sum().array() > 0.0f).count() > 1 &&
                                    (lost.colwise().sum().array() > 0.0f).count() > 1;
             return scattered && left.sum() > 0 && agree(actual, right.cwiseProduct(left));
         },
         "What survives is scaled rightly, but some units whose mask is 1 are 0. Does something "
         "besides the mask decide what is dropped?"},
        {"negated", would_be(-kept / keep), "Every entry has the wrong sign."},
        {"sqrt_scale", would_be(kept / std::sqrt(keep)),
         "Your output is x·mask/√(1-p). That keeps the average square. Which average should "
         "dropout keep?"},
        {"shifted_by_p", would_be(kept / (1.0f + drop)),
         "Your output is x·mask/(1+p). Should a survivor grow or shrink to stand in for the "
         "dropped ones?"},
        {"times_keep", would_be(x * keep),
         "Your output is x·(1-p), which is the old way to evaluate. This course scales while "
         "training, so that evaluation has nothing to do."},
    };
}
TEST_CASE("survivors are scaled by 1/(1-p)", "[02][weight=2]") {
    const double p = GENERATE(0.2, 0.37, 0.7);
    const Matrix x = distinct_values(5, 7), mask = mixed_mask(5, 7);

    const auto y = observe(call("dropout_forward(x, mask, p)", "x", x, "p", p),
                           [&] { return dropout_forward(x, mask, p); });

    judge(
        [&] { CHECK_THAT(*y, matches(reference::dropout(x, mask, p), explanations(x, mask, p))); });
}

TEST_CASE("a dropped unit is exactly 0", "[02]") {
    const double p = GENERATE(0.3, 0.64);
    const Matrix x = distinct_values(6, 4) * 1e6f, mask = mixed_mask(6, 4);

    const auto y = observe(call("dropout_forward(x, mask, p)", "x", x, "p", p),
                           [&] { return dropout_forward(x, mask, p); });

    judge(
        [&] { CHECK_THAT(*y, matches(reference::dropout(x, mask, p), explanations(x, mask, p))); });
}

TEST_CASE("the scale depends on p alone, not on how many units this mask keeps", "[02]") {
    const double p = GENERATE(0.15, 0.7);
    const int kept = GENERATE(0, 1, 11, 12);
    const Matrix x = distinct_values(3, 4);
    Matrix mask = Matrix::Zero(3, 4);
    for (int i = 0; i < kept; ++i) mask(i % 3, i / 3) = 1.0f;

    const auto y = observe(call("dropout_forward(x, mask, p)", "x", x, "units kept", kept, "p", p),
                           [&] { return dropout_forward(x, mask, p); });

    judge(
        [&] { CHECK_THAT(*y, matches(reference::dropout(x, mask, p), explanations(x, mask, p))); });
}

constexpr int units = 4;

/// The bits of `number` as a mask of four units.
Matrix mask_number(int number) {
    Matrix mask(1, units);
    for (int j = 0; j < units; ++j) mask(0, j) = static_cast<float>(number >> j & 1);
    return mask;
}

TEST_CASE("averaged over all masks the output is x", "[02][weight=2]") {
    const double p = GENERATE(0.2, 0.63);
    const Matrix x = distinct_values(1, units);

    const auto outputs =
        observe(call("dropout_forward(x, mask, p) for all 16 masks", "x", x, "p", p), [&] {
            std::vector<Matrix> result;
            for (int number = 0; number < 1 << units; ++number) {
                result.push_back(dropout_forward(x, mask_number(number), p));
            }
            return result;
        });

    judge([&] {
        Matrix mean = Matrix::Zero(1, units);
        for (int number = 0; number < 1 << units; ++number) {
            const Matrix& y = outputs->at(static_cast<std::size_t>(number));
            REQUIRE_THAT(y, matches(reference::dropout(x, mask_number(number), p),
                                    explanations(x, mask_number(number), p)));
            const double kept = mask_number(number).sum();
            mean += y * static_cast<float>(std::pow(1 - p, kept) * std::pow(p, units - kept));
        }
        CHECK_THAT(mean, equals(x, "x"));
    });
}

TEST_CASE("p = 0 leaves x as it is", "[02]") {
    const Matrix x = distinct_values(4, 6), mask = Matrix::Ones(4, 6);

    const auto y = observe(call("dropout_forward(x, mask, 0)", "x", x),
                           [&] { return dropout_forward(x, mask, 0.0); });

    judge([&] { CHECK_THAT(accepted_at(y, 0.0), matches(reference::dropout(x, mask, 0.0))); });
}

TEST_CASE("p = 1 gives zeros, not NaN", "[02]") {
    const Matrix x = distinct_values(4, 6), mask = Matrix::Zero(4, 6);

    const auto y = observe(call("dropout_forward(x, mask, 1) for a mask of zeros", "x", x),
                           [&] { return dropout_forward(x, mask, 1.0); });

    judge([&] {
        const Explanation nan_at_p_one{
            "nan_at_p_one", [](const Matrix& actual) { return !actual.allFinite(); },
            "At p = 1 nothing is kept, and 1-p is 0. What does 0/0 give in floating point?"};
        const Explanation p_one_keeps{"p_one_keeps", would_be(x),
                                      "At p = 1 every unit is dropped. What is left of x?"};
        CHECK_THAT(accepted_at(y, 1.0),
                   matches(reference::dropout(x, mask, 1.0), {nan_at_p_one, p_one_keeps}));
    });
}

TEST_CASE("p may come close to 0 and to 1", "[02]") {
    // Powers of two, so that 1-p has no rounding error in float either.
    const double p = GENERATE(0x1p-8, 1 - 0x1p-4, 1 - 0x1p-12, 1 - 0x1p-20);
    const Matrix x = distinct_values(4, 6), mask = mixed_mask(4, 6);

    const auto y = observe(call("dropout_forward(x, mask, p)", "x", x, "p", p),
                           [&] { return dropout_forward(x, mask, p); });

    judge([&] { CHECK_THAT(*y, matches(reference::dropout(x, mask, p))); });
}

TEST_CASE("a batch may have any shape, also none at all", "[02]") {
    const auto [rows, cols] = GENERATE(
        table<int, int>({{1, 1}, {1, 9}, {9, 1}, {33, 2}, {2, 33}, {0, 5}, {5, 0}, {0, 0}}));
    const Matrix x = distinct_values(rows, cols), mask = mixed_mask(rows, cols);

    const auto y = observe(call("dropout_forward(x, mask, 0.25)", "x", x),
                           [&] { return dropout_forward(x, mask, 0.25); });

    judge([&] {
        CHECK_THAT(
            *y, matches(reference::dropout(x, mask, 0.25),
                        x.size() > 0 ? explanations(x, mask, 0.25) : std::vector<Explanation>{}));
    });
}

TEST_CASE("a zero in x is a value like any other", "[02]") {
    Matrix x = distinct_values(4, 5);
    const Matrix mask = mixed_mask(4, 5);
    x.col(2).setZero();
    x.row(1).setZero();

    const auto y = observe(call("dropout_forward(x, mask, 0.4) for zeros in x", "x", x),
                           [&] { return dropout_forward(x, mask, 0.4); });

    judge([&] {
        CHECK_THAT(*y, matches(reference::dropout(x, mask, 0.4), explanations(x, mask, 0.4)));
    });
}

TEST_CASE("each call stands on its own and leaves its inputs as they were", "[02]") {
    const Matrix x = distinct_values(3, 5, 0), other = distinct_values(4, 2, 1);
    const Matrix mask = mixed_mask(3, 5, 2), other_mask = mixed_mask(4, 2, 3);

    const auto results = observe(
        call("dropout_forward for x 3×5 at p = 0.3, then for another x at p = 0.6, then the first "
             "again"),
        [&] {
            Matrix x_given = x, mask_given = mask;
            std::vector<Matrix> result;
            result.push_back(dropout_forward(x_given, mask_given, 0.3));
            result.push_back(dropout_forward(other, other_mask, 0.6));
            result.push_back(dropout_forward(x, mask, 0.3));
            result.push_back(x_given);
            result.push_back(mask_given);
            return result;
        });

    judge([&] {
        REQUIRE(results->size() == 5);
        expect_untouched("x", x, (*results)[3]);
        expect_untouched("mask", mask, (*results)[4]);
        expect_repeatable(
            {(*results)[0], (*results)[1], (*results)[2]},
            {reference::dropout(x, mask, 0.3), reference::dropout(other, other_mask, 0.6),
             reference::dropout(x, mask, 0.3)},
            explanations(x, mask, 0.3));
    });
}

TEST_CASE("a p outside of 0 to 1 is refused", "[02]") {
    const double p = GENERATE(1.1, -0.25, 37.0, std::numeric_limits<double>::quiet_NaN());
    const int rows = GENERATE(2, 0);
    const Matrix x = distinct_values(rows, 3), mask = mixed_mask(rows, 3);

    const auto y = observe(call("dropout_forward(x, mask, p)", "x", x, "p", p),
                           [&] { return dropout_forward(x, mask, p); });

    judge([&] {
        const Refusal refusal = p_out_of_range(p);
        expect_refused(y, rows > 0 ? refusal : behind_a_shortcut(refusal, "an empty batch"));
    });
}

TEST_CASE("a mask of another shape is refused", "[02]") {
    const auto [rows, cols] = GENERATE(
        table<int, int>({{5, 4}, {4, 9}, {3, 5}, {2, 10}, {1, 5}, {4, 1}, {1, 1}, {0, 0}}));
    const double p = GENERATE(0.3, 0.0, 1.0);
    const Matrix x = distinct_values(4, 5);
    const Matrix mask = p < 1 ? Matrix::Ones(rows, cols) : Matrix::Zero(rows, cols);

    const auto y = observe(call("dropout_forward(x, mask, p)", "x", x, "mask", mask, "p", p),
                           [&] { return dropout_forward(x, mask, p); });

    judge([&] {
        const Refusal refusal = mask_of_another_shape("x", x, mask);
        expect_refused(
            y, p == 0.3 ? refusal : behind_a_shortcut(refusal, "p = " + observe::describe(p)));
    });
}

}  // namespace
}  // namespace lab::test
