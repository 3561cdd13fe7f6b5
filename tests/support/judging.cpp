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

bool close(float a, float b) {
    return std::abs(a - b) <= relative_tolerance * std::max(std::abs(a), std::abs(b));
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

/// What can go wrong with any matrix that was computed entry by entry.
std::vector<Explanation> general_explanations(const Matrix& expected) {
    const Index rows = expected.rows(), cols = expected.cols();
    const auto right_but_for = [expected](Index rows_kept, Index cols_kept) {
        return [=](const Matrix& actual) {
            return same_shape(actual, expected) && rows_kept >= 0 && cols_kept >= 0 &&
                   rows_kept * cols_kept > 0 &&
                   agree(actual.topLeftCorner(rows_kept, cols_kept),
                         expected.topLeftCorner(rows_kept, cols_kept));
        };
    };
    const auto right_where = [expected](bool negative) {
        return [=](const Matrix& actual) {
            if (!same_shape(actual, expected)) return false;
            Index seen = 0;
            for (Index i = 0; i < actual.size(); ++i) {
                if (expected.data()[i] == 0.0f || (expected.data()[i] < 0.0f) != negative) continue;
                ++seen;
                if (!close(actual.data()[i], expected.data()[i])) return false;
            }
            return seen > 0;
        };
    };
    return {
        {"shape_transposed",
         [expected](const Matrix& actual) {
             return expected.rows() != expected.cols() && actual.rows() == expected.cols() &&
                    actual.cols() == expected.rows();
         },
         "Rows and columns are exchanged. Which of the two comes first in (batch, features)?"},
        {"last_row_missed", right_but_for(rows - 1, cols),
         "Only the last row is wrong. Which is the last index that your loop over the rows "
         "reaches?"},
        {"last_column_missed", right_but_for(rows, cols - 1),
         "Only the last column is wrong. Which is the last index that your loop over the columns "
         "reaches?"},
        {"not_a_number", [](const Matrix& actual) { return !actual.allFinite(); },
         "There are entries that are not finite. What is divided by what there?"},
        {"rounded_to_integer",
         [expected](const Matrix& actual) {
             return same_shape(actual, expected) &&
                    (agree(actual, expected.array().round().matrix()) ||
                     agree(actual, expected.unaryExpr([](float v) { return std::trunc(v); })));
         },
         "Your entries are whole numbers. Does a value pass through an int on its way?"},
        {"negative_entries_wrong", right_where(false),
         "The positive entries are right and the negative ones are not. Why should the sign "
         "matter?"},
        {"positive_entries_wrong", right_where(true),
         "The negative entries are right and the positive ones are not. Why should the sign "
         "matter?"},
    };
}

}  // namespace

std::function<bool(const Matrix&)> would_be(Matrix output) {
    return [output = std::move(output)](const Matrix& actual) { return agree(actual, output); };
}

std::string number(double value) {
    std::array<char, 64> text{};
    const bool tiny = value != 0 && std::abs(value) < 1e-3;
    std::snprintf(text.data(), text.size(), tiny || std::abs(value) >= 1e6 ? "%.4g" : "%.4f",
                  value);
    return text.data();
}

bool agree(const Matrix& a, const Matrix& b) {
    if (!same_shape(a, b)) return false;
    return std::equal(a.data(), a.data() + a.size(), b.data(), close);
}

Matches::Matches(Matrix expected, std::string expected_name, std::vector<Explanation> explanations)
    : expected_(std::move(expected)),
      expected_name_(std::move(expected_name)),
      explanations_(std::move(explanations)) {}

bool Matches::match(const Matrix& actual) const {
    if (agree(actual, expected_)) return true;

    std::string message;
    if (!same_shape(actual, expected_)) {
        message = "yours is " + observe::describe(actual) + ", " + expected_name_ + " is " +
                  observe::describe(expected_);
    } else {
        Index wrong = 0;
        Index first = -1;
        for (Index i = 0; i < actual.size(); ++i) {
            if (close(actual.data()[i], expected_.data()[i])) continue;
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
    const std::vector<Explanation> of_any_matrix = general_explanations(expected_);
    candidates.insert(candidates.end(), of_any_matrix.begin(), of_any_matrix.end());
    for (const Explanation& explanation : candidates) {
        if (explanation.fits(actual)) {
            observe::note_failure(message, explanation.diagnosis, explanation.advice);
            return false;
        }
    }
    observe::note_failure(message);
    return false;
}

Matches matches(Matrix expected, std::vector<Explanation> explanations) {
    return equals(std::move(expected), "LibTorch", std::move(explanations));
}

Matches equals(Matrix expected, std::string name, std::vector<Explanation> explanations) {
    return Matches(std::move(expected), std::move(name), std::move(explanations));
}

void expect(bool holds, const std::string& message, std::initializer_list<Suspect> suspects) {
    if (!holds) {
        const auto found = std::find_if(suspects.begin(), suspects.end(),
                                        [](const Suspect& suspect) { return suspect.fits; });
        if (found == suspects.end()) observe::note_failure(message);
        else observe::note_failure(message, found->diagnosis, found->advice);
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

void judge_acceptance(const Refusal& refusal) {
    const bool nan = refusal.diagnosis == "nan_slips_through";
    expect(false, "went on with " + refusal.argument + ", where std::invalid_argument was expected",
           {{refusal.diagnosis, true,
             refusal.rule + (nan ? ". What does a comparison with NaN answer, and can your check "
                                   "be written so that this answer refuses it?"
                                 : ". Where in the function would a caller's mistake be found "
                                   "before it does harm?")}});
}

void judge_refusal(const std::optional<observe::Thrown>& thrown, const Refusal& refusal) {
    if (!thrown) return judge_acceptance(refusal);

    const std::string said = thrown->type + ": " + thrown->message;
    const auto invalid_argument =
        static_cast<std::uint32_t>(observe::StandardException::invalid_argument);
    expect((thrown->bases & invalid_argument) != 0,
           "for " + refusal.argument + " it threw " + said +
               "\nwhere std::invalid_argument was expected",
           {{"wrong_exception", true,
             "Callers catch the type that the contract in the header names. Which is it?"}});
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

void fail_refused(const observe::Thrown& thrown, double p) {
    const bool refusal =
        (thrown.bases & static_cast<std::uint32_t>(observe::StandardException::invalid_argument)) !=
        0;
    observe::note_failure(
        "threw " + thrown.type + ": " + thrown.message, refusal ? "range_too_narrow" : "",
        "p = " + observe::describe(p) + " is allowed: both ends belong to the range from 0 to 1.");
    FAIL("");
    std::abort();  // not reached: FAIL throws
}

}  // namespace lab::test
