// Observe, then judge: one test source, two programs.
//
//     const auto y = observe(call("dropout_forward(x, mask, p)", "x", x, "p", p),
//                            [&] { return dropout_forward(x, mask, p); });
//
//     judge([&] { CHECK_THAT(*y, matches(reference::dropout(x, mask, p))); });
//
// In the recorder (LAB_RECORDER) observe runs the student's code and writes down what it did; judge
// does nothing. In the judge (LAB_JUDGE) observe reads that back, and judge runs its block. Both
// take the same path through SECTION and GENERATE, so nothing may throw, and nothing may depend on
// an observation, outside of the two blocks. A lambda given to observe returns raw data, never a
// verdict: what a recorder writes may be forged.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "codec.h"
#include "lab.h"

#if defined(LAB_RECORDER) == defined(LAB_JUDGE)
#error "a test is compiled either for the recorder or for the judge"
#endif

namespace lab::observe {

/// The run's seed: the same in both programs.
std::uint32_t seed();

/// A generator of its own for one of a test's inputs, the same in both programs: it depends on the
/// seed, the test's name, Catch2's part number and `stream`, and on nothing else.
Rng input_rng(unsigned stream);

/// The standard exception types that a test may ask for.
enum class StandardException : std::uint32_t {
    exception = 1,
    logic_error = 2,
    invalid_argument = 4,
    out_of_range = 8,
    domain_error = 16,
    length_error = 32,
    runtime_error = 64,
    bad_alloc = 128,
};

/// What a call threw.
struct Thrown {
    std::uint32_t bases = 0;  ///< of StandardException
    std::string type;
    std::string message;

    bool is(StandardException which) const {
        return (bases & static_cast<std::uint32_t>(which)) != 0;
    }
};

/// What a failure message says was called: the expression, and the arguments worth naming.
struct Call {
    std::string text;
};

/// call("f(x, p)", "x", x, "p", p) reads "f(x, p) with x 5×7, p = 0.2".
template <typename... Described>
Call call(std::string_view expression, const Described&... described);

std::string describe(double number);
std::string describe(const Matrix& matrix);

#ifdef LAB_RECORDER

/// The recorder has no use for it.
template <typename... Described>
Call call(std::string_view, const Described&...) {
    return {};
}

/// Thrown inside a call that needs the value of another call that gave none.
struct NoValue {};

/// Calls run(context, payload) and writes to the transcript how that ended.
void record(void (*run)(void* context, Writer& payload), void* context);

template <typename T>
class Observed {
public:
    explicit Observed(std::optional<T> value) : value_(std::move(value)) {}

    const T& operator*() const {
        if (!value_) throw NoValue{};
        return *value_;
    }
    const T* operator->() const { return &**this; }

    // For judging blocks, which the recorder compiles and never runs.
    bool has_value() const;
    bool stopped_by_eigen() const;
    std::optional<Thrown> exception() const;

private:
    std::optional<T> value_;
};

template <typename F>
auto observe(const Call&, F&& f) {
    using T = std::invoke_result_t<F&>;
    struct Context {
        F& f;
        std::optional<T> value;
    } context{f, std::nullopt};
    record(
        [](void* opaque, Writer& payload) {
            auto& here = *static_cast<Context*>(opaque);
            T value = here.f();
            Codec<T>::write(payload, value);
            here.value = std::move(value);
        },
        &context);
    return Observed<T>(std::move(context.value));
}

template <typename F>
void judge(F&&) {}

#else  // LAB_JUDGE

/// What became of one call, as far as the transcript tells.
struct Happened {
    std::optional<OutcomeKind> kind;  ///< none: the call did not come back
    ByteView payload;
    bool reached = false;  ///< the call was begun
};

/// The next observation of the running test.
Happened next_observation();

/// What it threw; nothing when it did not, or when the payload is not what its kind promises.
std::optional<Thrown> thrown(const Happened& happened);

/// Fails the running test because the call gave no value; never returns.
[[noreturn]] void fail_for_want_of_a_value(const Call& call, const Happened& happened);

/// Makes `call` the one that the next failure message speaks of.
void speak_of(const Call& call);

/// Runs a judging block; an assertion that fails there ends the block and nothing else.
void run_judgement(void (*run)(void* context), void* context);

template <typename T>
class Observed {
public:
    Observed(Call call, Happened happened) : call_(std::move(call)), happened_(happened) {
        if (happened_.kind == OutcomeKind::value) {
            value_ = decode<T>(happened_.payload);
            if (!value_) happened_.kind = std::nullopt;
        }
    }

    /// The value; when there is none, the test fails with what happened instead.
    const T& operator*() const {
        if (!value_) fail_for_want_of_a_value(call_, happened_);
        speak_of(call_);
        return *value_;
    }
    const T* operator->() const { return &**this; }

    /// True when the call returned a value.
    bool has_value() const {
        speak_of(call_);
        return value_.has_value();
    }

    /// True when one of Eigen's own assertions ended the call.
    bool stopped_by_eigen() const {
        speak_of(call_);
        return happened_.kind == OutcomeKind::eigen_assertion;
    }

    /// What the call threw, or nothing when it returned a value; when it did neither (not written,
    /// crashed, …), the test fails with what happened instead.
    std::optional<Thrown> exception() const {
        speak_of(call_);
        if (value_) return std::nullopt;
        std::optional<Thrown> result = thrown(happened_);
        if (!result) fail_for_want_of_a_value(call_, happened_);
        return result;
    }

private:
    Call call_;
    Happened happened_;
    std::optional<T> value_;
};

template <typename F>
auto observe(Call call, F&& /*never run here*/) {
    using T = std::invoke_result_t<F&>;
    return Observed<T>(std::move(call), next_observation());
}

template <typename F>
void judge(F&& f) {
    run_judgement([](void* opaque) { (*static_cast<std::remove_reference_t<F>*>(opaque))(); },
                  const_cast<void*>(static_cast<const void*>(&f)));
}

inline void describe_pairs(std::string&, const char*) {}

template <typename Value, typename... Rest>
void describe_pairs(std::string& text, const char* separator, std::string_view name,
                    const Value& value, const Rest&... rest) {
    text += separator;
    text += name;
    if constexpr (std::is_arithmetic_v<Value>) text += " = ";
    else text += " ";
    text += describe(value);
    describe_pairs(text, ", ", rest...);
}

template <typename... Described>
Call call(std::string_view expression, const Described&... described) {
    Call result{std::string(expression)};
    describe_pairs(result.text, " with ", described...);
    return result;
}

#endif

}  // namespace lab::observe
