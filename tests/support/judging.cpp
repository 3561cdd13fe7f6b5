#include "judging.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <regex>

#include "judgement.h"

namespace lab::test {
namespace {

constexpr float relative_tolerance = 1e-5f;

bool close(float a, float b, float slack = 0) {
    return std::abs(a - b) <= relative_tolerance * std::max(std::abs(a), std::abs(b)) + slack;
}

bool same_shape(const Matrix& a, const Matrix& b) {
    return a.rows() == b.rows() && a.cols() == b.cols();
}

std::string lower(std::string text) {
    for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return text;
}

/// Does the text hold this number, in whatever notation?
bool holds_number(const std::string& text, double value) {
    if (std::isnan(value)) return lower(text).find("nan") != std::string::npos;
    if (std::isinf(value)) return lower(text).find("inf") != std::string::npos;
    static const std::regex pattern(R"([-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?)");
    for (auto it = std::sregex_iterator(text.begin(), text.end(), pattern);
         it != std::sregex_iterator(); ++it) {
        if (std::abs(std::strtod(it->str().c_str(), nullptr) - value) <= 1e-3 * std::abs(value))
            return true;
    }
    return false;
}

/// The one factor by which actual differs from expected, if there is one.
std::optional<float> constant_factor(const Matrix& actual, const Matrix& expected) {
    if (!same_shape(actual, expected)) return std::nullopt;
    const float scale = expected.squaredNorm();
    if (!(scale > 0.0f)) return std::nullopt;
    const float factor = actual.cwiseProduct(expected).sum() / scale;
    if (!std::isfinite(factor) || factor == 0.0f) return std::nullopt;
    if (!agree(actual, expected * factor)) return std::nullopt;
    return factor;
}

/// True when the entries of `actual` that are wrong are just those for which `wrong(expected
/// entry)` holds, and there are enough of both sorts to tell.
template <typename Wrong>
bool wrong_just_where(const Matrix& actual, const Matrix& expected, Wrong wrong) {
    if (!same_shape(actual, expected)) return false;
    Index right_ones = 0, wrong_ones = 0;
    for (Index i = 0; i < actual.size(); ++i) {
        if (expected.data()[i] == 0.0f && close(actual.data()[i], 0.0f)) continue;
        const bool is_wrong = !close(actual.data()[i], expected.data()[i]);
        if (is_wrong != wrong(expected.data()[i])) return false;
        ++(is_wrong ? wrong_ones : right_ones);
    }
    return right_ones >= 3 && wrong_ones >= 3;
}

/// What can go wrong with any matrix that was computed entry by entry.
std::vector<Explanation> general_explanations(const Matrix& expected) {
    const Index rows = expected.rows(), cols = expected.cols();
    // Right in a block that leaves out one row or column, which has entries to be wrong in.
    const auto right_in = [expected](Index row, Index column, Index block_rows, Index block_cols) {
        return [=](const Matrix& actual) {
            return same_shape(actual, expected) && block_rows > 0 && block_cols > 0 &&
                   agree(actual.block(row, column, block_rows, block_cols),
                         expected.block(row, column, block_rows, block_cols));
        };
    };
    const auto rounded = [expected](float steps) {
        return [=](const Matrix& actual) {
            const Matrix nearest = (expected * steps).array().round() / steps;
            const Matrix truncated =
                expected.unaryExpr([=](float v) { return std::trunc(v * steps) / steps; });
            return (actual.array() != 0.0f).count() >= 3 &&
                   (agree(actual, nearest) || agree(actual, truncated));
        };
    };
    const std::string rounding =
        "Your entries are rounded. Does a value pass through an int, or a call of round?";
    return {
        {"empty_shape_lost",
         [expected](const Matrix& actual) { return actual.size() == 0 && expected.size() == 0; },
         "A batch without rows still has its columns, and the other way round. Which shape does "
         "your function return for an empty batch?",
         true},
        {"shape_transposed",
         [expected](const Matrix& actual) {
             return expected.rows() != expected.cols() && actual.rows() == expected.cols() &&
                    actual.cols() == expected.rows();
         },
         "Rows and columns are exchanged. Which of the two comes first in (batch, features)?"},
        {"wrong_shape", [expected](const Matrix& actual) { return !same_shape(actual, expected); },
         "The result has another shape than the input. Which operation changes the shape?", true},
        {"not_a_number", [](const Matrix& actual) { return !actual.allFinite(); },
         "There are entries that are not finite. What is divided by what there?", true},
        {"last_row_missed", right_in(0, 0, rows - 1, cols),
         "Only the last row is wrong. Which is the last index that your loop over the rows "
         "reaches?",
         true},
        {"last_column_missed", right_in(0, 0, rows, cols - 1),
         "Only the last column is wrong. Which is the last index that your loop over the columns "
         "reaches?",
         true},
        {"first_row_missed", right_in(1, 0, rows - 1, cols),
         "Only the first row is wrong. At which index does your loop over the rows start?", true},
        {"first_column_missed", right_in(0, 1, rows, cols - 1),
         "Only the first column is wrong. At which index does your loop over the columns start?",
         true},
        {"negative_entries_wrong",
         [expected](const Matrix& actual) {
             return wrong_just_where(actual, expected, [](float v) { return v < 0.0f; });
         },
         "The positive entries are right and the negative ones are not. Why should the sign "
         "matter?",
         true},
        {"positive_entries_wrong",
         [expected](const Matrix& actual) {
             return wrong_just_where(actual, expected, [](float v) { return v > 0.0f; });
         },
         "The negative entries are right and the positive ones are not. Why should the sign "
         "matter?",
         true},
        {"zero_entries_wrong",
         [expected](const Matrix& actual) {
             return wrong_just_where(actual, expected, [](float v) { return v == 0.0f; });
         },
         "Only entries that should be 0 are wrong.", true},
        {"all_zero", [](const Matrix& actual) { return (actual.array() == 0.0f).all(); },
         "Every entry is 0. Is the result written at all, and is this case taken for another one?",
         true},
        {"clipped",
         [expected](const Matrix& actual) {
             const float bound = actual.cwiseAbs().maxCoeff();
             return same_shape(actual, expected) &&
                    (actual.cwiseAbs().array() == bound).count() >= 2 &&
                    agree(actual, expected.cwiseMin(bound).cwiseMax(-bound));
         },
         "The largest entries are cut off. Nothing here asks for a bound: where does it come "
         "from?",
         true},
        {"rounded", rounded(1), rounding, true},
        {"rounded", rounded(10), rounding, true},
        {"rounded", rounded(100), rounding, true},
        {"wrong_factor",
         [expected](const Matrix& actual) {
             const auto factor = constant_factor(actual, expected);
             return factor.has_value();
         },
         "All entries are wrong by one and the same factor. What is it made of?", true},
    };
}

}  // namespace

std::function<bool(const Matrix&)> would_be(Matrix output) {
    return [output = std::move(output)](const Matrix& actual) { return agree(actual, output); };
}

std::string number(double value) {
    if (std::isnan(value)) return "nan";
    if (value == 0) return "0.0000";  // also for -0
    std::array<char, 64> text{};
    const bool tiny = value != 0 && std::abs(value) < 1e-3;
    std::snprintf(text.data(), text.size(), tiny || std::abs(value) >= 1e6 ? "%.4g" : "%.4f",
                  value);
    return text.data();
}

bool agree(const Matrix& a, const Matrix& b, float slack) {
    if (!same_shape(a, b)) return false;
    return std::equal(a.data(), a.data() + a.size(), b.data(),
                      [slack](float one, float other) { return close(one, other, slack); });
}

Matches::Matches(Matrix expected, std::string expected_name, std::vector<Explanation> explanations,
                 float slack)
    : expected_(std::move(expected)),
      expected_name_(std::move(expected_name)),
      explanations_(std::move(explanations)),
      slack_(slack) {}

bool Matches::match(const Matrix& actual) const {
    if (agree(actual, expected_, slack_)) return true;

    const observe::Beside beside(
        actual, [this] { return expected_; }, expected_name_);
    std::string message;
    if (!same_shape(actual, expected_)) {
        message = "yours is " + observe::describe(actual) + ", " + expected_name_ + " is " +
                  observe::describe(expected_);
    } else {
        Index wrong = 0;
        Index first = -1;
        for (Index i = 0; i < actual.size(); ++i) {
            if (close(actual.data()[i], expected_.data()[i], slack_)) continue;
            if (first < 0) first = i;
            ++wrong;
        }
        message = "at (" + std::to_string(first / actual.cols()) + ", " +
                  std::to_string(first % actual.cols()) + "): yours " +
                  number(actual.data()[first]) + ", " + expected_name_ + " " +
                  number(expected_.data()[first]);
        if (wrong > 1) {
            message += "   (" + std::to_string(wrong) + " of " + std::to_string(actual.size()) +
                       " entries differ)";
        }
    }
    std::vector<Explanation> candidates = explanations_;
    if (const auto factor = constant_factor(actual, expected_)) {
        message += "\nEvery entry is " + number(*factor) + " times what it should be.";
    }
    const std::vector<Explanation> of_any_matrix = general_explanations(expected_);
    candidates.insert(candidates.end(), of_any_matrix.begin(), of_any_matrix.end());
    // A few entries agree with many a wrong explanation by accident.
    const Index telling = (expected_.array() != 0.0f).count();
    if (telling > 0 && telling < 4) candidates.clear();
    for (const Explanation& explanation : candidates) {
        if (explanation.fits(actual)) {
            observe::note_failure(message, explanation.diagnosis, explanation.advice,
                                  explanation.general);
            return false;
        }
    }
    observe::note_failure(message);
    return false;
}

Matches matches(Matrix expected, std::vector<Explanation> explanations) {
    return equals(std::move(expected), "LibTorch", std::move(explanations));
}

Matches matches_sums(Matrix expected, float largest, std::vector<Explanation> explanations) {
    return Matches(std::move(expected), "LibTorch", std::move(explanations), 1e-5f * largest);
}

Matches equals(Matrix expected, std::string name, std::vector<Explanation> explanations) {
    return Matches(std::move(expected), std::move(name), std::move(explanations));
}

void expect(bool holds, const std::string& message, std::initializer_list<Suspect> suspects) {
    if (!holds) {
        const auto found = std::find_if(suspects.begin(), suspects.end(),
                                        [](const Suspect& suspect) { return suspect.fits; });
        if (found == suspects.end()) observe::note_failure(message);
        else observe::note_failure(message, found->diagnosis, found->advice, found->general);
    }
    CHECK(holds);
}

Refusal p_out_of_range(double p) {
    return {"p = " + observe::describe(p),
            "p has to lie between 0 and 1",
            {p},
            std::isnan(p) ? "nan_slips_through" : "no_range_check"};
}

Refusal mask_of_another_shape(const std::string& name, const Matrix& x, const Matrix& mask) {
    return {"a mask of another shape than " + name,
            "mask and " + name + " have to have the same shape",
            {static_cast<double>(x.rows()), static_cast<double>(x.cols()),
             static_cast<double>(mask.rows()), static_cast<double>(mask.cols())},
            "no_shape_check"};
}

Refusal behind_a_shortcut(Refusal refusal, const std::string& shortcut) {
    refusal.argument += " and " + shortcut;
    refusal.rule += ", also with " + shortcut + " (is there a shortcut before the check?)";
    refusal.diagnosis = "check_skipped";
    return refusal;
}

void judge_acceptance(const Refusal& refusal) {
    const bool nan = refusal.diagnosis == "nan_slips_through";
    expect(false, "went on with " + refusal.argument + ", where std::invalid_argument was expected",
           {{refusal.diagnosis, true,
             refusal.rule +
                 (nan ? ". What does a comparison with NaN answer, and can your check be written "
                        "so that this answer refuses it?"
                      : ". How does the caller get to know that this argument makes no sense?")}});
}

void judge_refusal(const std::optional<observe::Thrown>& thrown, const Refusal& refusal) {
    if (!thrown) return judge_acceptance(refusal);

    const std::string said = thrown->type + (thrown->message.empty() ? "" : ": " + thrown->message);
    expect(thrown->is(observe::StandardException::invalid_argument),
           "for " + refusal.argument + " it threw " + said +
               "\nwhere std::invalid_argument was expected",
           {{"wrong_exception", true,
             "Callers catch the type that the contract in the header names. Which is it?"}});
    expect(lower(thrown->message).find(refusal.field) != std::string::npos,
           "for " + refusal.argument + " it threw " + said + "\nand the message does not name " +
               refusal.field,
           {{"message_without_field", true,
             "Whoever reads the message wants to know which part of the spec to mend."}});
    for (const double value : refusal.values) {
        expect(holds_number(thrown->message, value),
               "for " + refusal.argument + " it threw " + said +
                   "\nand the message does not hold " + observe::describe(value),
               {{"message_without_value", true,
                 "Whoever reads the message wants to see which value was received. "
                 "std::to_string turns a number into text."}});
    }
}

void expect_untouched(const std::string& name, const Matrix& before, const Matrix& after) {
    expect(agree(before, after), name + " was changed by the call",
           {{"input_overwritten", true,
             "The caller still needs its " + name +
                 " after the call. Where does your function write its result?"}});
}

void expect_repeatable(const std::vector<Matrix>& outputs, const std::vector<Matrix>& expected,
                       const std::vector<Explanation>& explanations) {
    REQUIRE(outputs.size() == expected.size());
    REQUIRE_THAT(outputs.front(), matches(expected.front(), explanations));
    for (std::size_t i = 1; i < outputs.size(); ++i) {
        CHECK_THAT(outputs[i],
                   matches(expected[i],
                           {{"state_between_calls", [](const Matrix&) { return true; },
                             "The first call is right and a later one is not. What does your "
                             "function keep from one call to the next: a static variable?"}}));
    }
}

void fail_refused(const observe::Thrown& thrown, const std::string& diagnosis,
                  const std::string& advice) {
    observe::note_failure("refused its arguments: " + thrown.message, diagnosis, advice);
    FAIL("");
    std::abort();  // not reached: FAIL throws
}

}  // namespace lab::test
