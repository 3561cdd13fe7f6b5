#include <limits>
#include <sstream>

#include "bernoulli_mask.h"
#include "judging.h"
#include "mask_statistics.h"

namespace lab::test {
namespace {

/// One large mask and forty small ones, drawn one after another with one rng.
Sample draw_sample(double p) {
    Rng rng = input_rng(0);
    Sample sample;
    sample.first = bernoulli_mask(307, 199, p, rng);
    for (int i = 0; i < 40; ++i) sample.second.push_back(bernoulli_mask(3, 4, p, rng));
    return sample;
}

/// A generator whose next six draws are the smallest possible, 0, and whose later ones are
/// ordinary. In libstdc++'s text form the 312 words of the state come first, then the index of the
/// next one.
Rng rng_that_starts_with_zeros() {
    Rng ordinary = input_rng(7);
    std::stringstream state;
    for (int word = 0; word < 312; ++word) state << (word < 6 ? 0 : ordinary()) << ' ';
    state << 0;
    Rng rng;
    state >> rng;
    return rng;
}

TEST_CASE("a mask holds only 0 and 1, in the shape that was asked for", "[01]") {
    const double p = GENERATE(0.2, 0.37, 0.8);
    const auto [rows, cols] = GENERATE(table<Index, Index>({{40, 70}, {70, 40}, {1, 60}, {60, 1}}));

    const auto mask = observe(
        call("bernoulli_mask(rows, cols, p, rng)", "rows", rows, "cols", cols, "p", p), [&] {
            Rng rng = input_rng(0);
            return bernoulli_mask(rows, cols, p, rng);
        });

    judge([&] {
        expect_shape(*mask, rows, cols);
        expect_zeros_and_ones(*mask, p);
    });
}

TEST_CASE("how many units are dropped varies from mask to mask", "[01]") {
    constexpr int calls = 400;
    const double p = GENERATE(0.3, 0.6);

    const auto masks =
        observe(call("bernoulli_mask(10, 20, p, rng), called 400 times,", "p", p), [&] {
            Rng rng = input_rng(0);
            std::vector<Matrix> result;
            for (int i = 0; i < calls; ++i) result.push_back(bernoulli_mask(10, 20, p, rng));
            return result;
        });

    judge([&] { expect_counts_vary(*masks, p); });
}

TEST_CASE("a unit is dropped with probability p", "[01][weight=2]") {
    const double p = GENERATE(0.2, 0.35, 0.7, 0.995, 0.0005);

    const auto sample =
        observe(call("bernoulli_mask(307, 199, p, rng)", "p", p), [&] { return draw_sample(p); });

    judge([&] {
        expect_shape(sample->first, 307, 199);
        expect_rate(*sample, p);
    });
}

TEST_CASE("p = 0 keeps every unit and p = 1 drops every unit", "[01]") {
    const double p = GENERATE(0.0, 1.0);
    const bool zeros_first = GENERATE(false, true);

    const auto mask =
        observe(call(zeros_first ? "bernoulli_mask(2, 5, p, rng) on the smallest possible draws"
                                 : "bernoulli_mask(2, 5, p, rng)",
                     "p", p),
                [&] {
                    Rng rng = zeros_first ? rng_that_starts_with_zeros() : input_rng(0);
                    return bernoulli_mask(2, 5, p, rng);
                });

    judge([&] { expect_constant(accepted_at(mask, p), p); });
}

TEST_CASE("every entry has a coin of its own", "[01][weight=2]") {
    const double p = GENERATE(0.3, 0.62);

    const auto sample =
        observe(call("bernoulli_mask(307, 199, p, rng)", "p", p), [&] { return draw_sample(p); });

    judge([&] {
        expect_shape(sample->first, 307, 199);
        expect_independent_entries(*sample, p);
    });
}

TEST_CASE("small masks are drawn like large ones", "[01]") {
    constexpr int calls = 3000;
    const auto [rows, cols] = GENERATE(table<Index, Index>({{1, 1}, {2, 3}}));
    const double p = 0.35;

    const auto masks = observe(call("bernoulli_mask(rows, cols, 0.35, rng), called 3000 times,",
                                    "rows", rows, "cols", cols),
                               [&] {
                                   Rng rng = input_rng(0);
                                   std::vector<Matrix> result;
                                   for (int i = 0; i < calls; ++i)
                                       result.push_back(bernoulli_mask(rows, cols, p, rng));
                                   return result;
                               });

    judge([&] {
        REQUIRE(masks->size() == calls);
        for (const Matrix& mask : *masks) expect_shape(mask, rows, cols);
        expect_independent_calls(*masks, p);
    });
}

TEST_CASE("all chance comes from rng", "[01]") {
    const double p = 0.4;

    const auto masks = observe(
        call("bernoulli_mask(21, 31, 0.4, rng) twice from one state of rng, then once more, then "
             "from another state"),
        [&] {
            Rng first = input_rng(0), same = first, other = input_rng(1);
            std::vector<Matrix> result;
            result.push_back(bernoulli_mask(21, 31, p, first));
            result.push_back(bernoulli_mask(21, 31, p, same));
            result.push_back(bernoulli_mask(21, 31, p, first));
            result.push_back(bernoulli_mask(21, 31, p, other));
            return result;
        });

    judge([&] {
        REQUIRE(masks->size() == 4);
        for (const Matrix& mask : *masks) expect_shape(mask, 21, 31);
        expect_chance_from_rng((*masks)[0], (*masks)[1], (*masks)[2], (*masks)[3]);
    });
}

TEST_CASE("each call uses its own p and its own shape", "[01]") {
    const auto masks = observe(call("bernoulli_mask(100, 120, 0.1, rng), then (90, 130, 0.75, "
                                    "rng), then (70, 60, 0.5, rng)"),
                               [&] {
                                   Rng rng = input_rng(0);
                                   std::vector<Matrix> result;
                                   result.push_back(bernoulli_mask(100, 120, 0.1, rng));
                                   result.push_back(bernoulli_mask(90, 130, 0.75, rng));
                                   result.push_back(bernoulli_mask(70, 60, 0.5, rng));
                                   return result;
                               });

    judge([&] {
        REQUIRE(masks->size() == 3);
        expect_shape((*masks)[0], 100, 120);
        expect_shape((*masks)[1], 90, 130);
        expect_shape((*masks)[2], 70, 60);
        expect_rate_after((*masks)[1], 0.75, 0.1);
        expect_rate_after((*masks)[2], 0.5, 0.1);
    });
}

TEST_CASE("a mask without rows or columns is empty", "[01]") {
    const auto [rows, cols] = GENERATE(table<Index, Index>({{0, 4}, {4, 0}, {0, 0}}));

    const auto mask =
        observe(call("bernoulli_mask(rows, cols, 0.3, rng)", "rows", rows, "cols", cols), [&] {
            Rng rng = input_rng(0);
            return bernoulli_mask(rows, cols, 0.3, rng);
        });

    judge([&] { expect_shape(accepted_empty(mask), rows, cols); });
}

TEST_CASE("a p outside of 0 to 1 is refused", "[01]") {
    const double p = GENERATE(1.1, -0.25, 37.0, std::numeric_limits<double>::quiet_NaN());
    const Index rows = GENERATE(2, 0);

    const auto mask = observe(call("bernoulli_mask(rows, 3, p, rng)", "rows", rows, "p", p), [&] {
        Rng rng = input_rng(0);
        return bernoulli_mask(rows, 3, p, rng);
    });

    judge([&] {
        const Refusal refusal = p_out_of_range(p);
        expect_refused(mask, rows > 0 ? refusal : behind_a_shortcut(refusal, "an empty mask"));
    });
}

}  // namespace
}  // namespace lab::test
