// How the judge compares, and how it names the mistake when the comparison fails.
#pragma once

#include <functional>
#include <initializer_list>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_templated.hpp>

#include "lab.h"
#include "matrices.h"
#include "observe.h"

namespace lab::test {

/// A mistake that explains a wrong matrix.
struct Explanation {
    std::string diagnosis;  ///< a stable identifier, such as "scaled_by_p"
    std::function<bool(const Matrix& actual)> fits;
    std::string advice;    ///< what was done, and what to think about
    bool general = false;  ///< it says what is wrong, not why
};

/// For Explanation::fits: the mistake would have produced exactly this.
std::function<bool(const Matrix&)> would_be(Matrix output);

/// A mistake that explains a broken property.
struct Suspect {
    std::string diagnosis;
    bool fits;
    std::string advice;
    bool general = false;
};

/// True when a and b have one shape and agree to 1e-5 relative, which leaves room for a scale that
/// was computed in float and for one rounding more or less; `slack` allows that much in addition.
/// NaN agrees with nothing.
bool agree(const Matrix& a, const Matrix& b, float slack = 0);

/// Equal to LibTorch's matrix, as `agree` has it. When it is not, the message shows the first entry
/// that differs, and the first explanation that fits: of the lesson's own, then of those that can
/// happen to any matrix (a loop that stops too early, rows and columns exchanged, …).
class Matches : public Catch::Matchers::MatcherGenericBase {
public:
    Matches(Matrix expected, std::string expected_name, std::vector<Explanation> explanations,
            float slack = 0);

    bool match(const Matrix& actual) const;
    std::string describe() const override { return "matches"; }

private:
    Matrix expected_;
    std::string expected_name_;
    std::vector<Explanation> explanations_;
    float slack_;
};

Matches matches(Matrix expected, std::vector<Explanation> explanations = {});

/// The same for entries that are sums, in which terms as large as `largest` may cancel: 1e-5 of
/// that is allowed to each.
Matches matches_sums(Matrix expected, float largest, std::vector<Explanation> explanations = {});

/// The same against a value that needs no LibTorch; `name` says where it comes from.
Matches equals(Matrix expected, std::string name, std::vector<Explanation> explanations = {});

/// A property of the student's result. When it does not hold, the test fails with `message` and the
/// advice of the first suspect that fits.
void expect(bool holds, const std::string& message, std::initializer_list<Suspect> suspects = {});

/// What the student's function has to refuse, and how a failure message speaks of it.
struct Refusal {
    std::string argument;        ///< "p = 1.1"
    std::string rule;            ///< the rule that the argument breaks
    std::vector<double> values;  ///< the numbers that the exception's message has to hold
    std::string diagnosis;       ///< of a call that accepts it
    std::string field = {};      ///< the name that the message has to hold, if any
};

/// p outside of [0, 1], or NaN.
Refusal p_out_of_range(double p);

/// The same refusal where a shortcut may come before the check: an empty batch, or p = 0 or 1.
Refusal behind_a_shortcut(Refusal refusal, const std::string& shortcut);

/// A mask whose shape is not that of `x`, which the contract calls `name`.
Refusal mask_of_another_shape(const std::string& name, const Matrix& x, const Matrix& mask);

/// Fails: the call went on with what it should have refused.
void judge_acceptance(const Refusal& refusal);
void judge_refusal(const std::optional<observe::Thrown>& thrown, const Refusal& refusal);

/// The call has to throw std::invalid_argument with a message that holds the refusal's values.
template <typename T>
void expect_refused(const observe::Observed<T>& observed, const Refusal& refusal) {
    if (observed.stopped_by_eigen()) judge_acceptance(refusal);
    else judge_refusal(observed.exception(), refusal);
}

/// The argument `name` is after the call what it was before.
void expect_untouched(const std::string& name, const Matrix& before, const Matrix& after);

/// Successive calls each give LibTorch's matrix. `explanations` belong to the first; where a later
/// one is wrong and the first is not, something was kept between the calls.
void expect_repeatable(const std::vector<Matrix>& outputs, const std::vector<Matrix>& expected,
                       const std::vector<Explanation>& explanations);

/// Fails and ends the judging block: the call refused arguments that are legal.
[[noreturn]] void fail_refused(const observe::Thrown& thrown, const std::string& diagnosis,
                               const std::string& advice);

/// The value of a call whose arguments are at the edge of what is legal; when the call refuses
/// them, the judging block ends with that failure.
template <typename T>
const T& accepted(const observe::Observed<T>& observed, const std::string& diagnosis,
                  const std::string& advice) {
    if (!observed.has_value()) {
        const auto thrown = observed.exception();
        if (thrown && thrown->is(observe::StandardException::invalid_argument)) {
            fail_refused(*thrown, diagnosis, advice);
        }
    }
    return *observed;
}

/// The same for p = 0 and p = 1.
template <typename T>
const T& accepted_at(const observe::Observed<T>& observed, double p) {
    return accepted(
        observed, "range_too_narrow",
        "p = " + observe::describe(p) + " is allowed: both ends belong to the range from 0 to 1.");
}

/// The same for a batch without entries.
template <typename T>
const T& accepted_empty(const observe::Observed<T>& observed) {
    return accepted(observed, "empty_batch_refused",
                    "A batch without rows or columns is legal: there is just nothing to do.");
}

/// Short text of a number for a message: 4 decimals, or what it is when it is not finite.
std::string number(double value);

}  // namespace lab::test

namespace Catch {
/// A failure message of ours shows the entries that matter; a dump of the matrix helps nobody.
template <>
struct StringMaker<lab::Matrix> {
    static std::string convert(const lab::Matrix& matrix) { return lab::observe::describe(matrix); }
};
}  // namespace Catch

namespace lab::test {
using observe::call;
using observe::input_rng;
using observe::judge;
using observe::observe;
}  // namespace lab::test
