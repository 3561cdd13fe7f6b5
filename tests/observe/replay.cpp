// The judge's half of observe.h: reads back what a recorder wrote down.
#include <signal.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/internal/catch_test_failure_exception.hpp>
#include <cstdio>
#include <cstring>
#include <sstream>

#include "judgement.h"
#include "observe.h"
#include "position.h"

namespace lab::observe {
namespace {

/// Leaves the judging block; the failure itself is noted already.
struct NoValueToJudge : std::exception {
    const char* what() const noexcept override { return "the call gave no value"; }
};

std::string signal_name(int signal) {
    switch (signal) {
        case SIGSEGV:
            return "a segmentation fault (SIGSEGV): it used memory that is not its own";
        case SIGBUS:
            return "a bus error (SIGBUS): it used memory that is not there";
        case SIGFPE:
            return "an arithmetic error (SIGFPE), such as an integer division by zero";
        case SIGILL:
            return "an illegal instruction (SIGILL), as a function without a return gives";
        case SIGTRAP:
            return "a trap (SIGTRAP), as a function without a return gives";
        case SIGABRT:
            return "an abort (SIGABRT), as broken memory or an exception that nobody can catch "
                   "gives";
        case SIGKILL:
            return "a kill (SIGKILL)";
        case SIGXFSZ:
            return "SIGXFSZ: it wrote more to a file than it is allowed";
        case SIGSYS:
            return "SIGSYS: it asked the system for something that it is not allowed";
        default: {
            const char* name = sigabbrev_np(signal);
            return name ? "signal SIG" + std::string(name) : "signal " + std::to_string(signal);
        }
    }
}

std::string seconds(double value) {
    std::ostringstream text;
    text << value << " s";
    return text.str();
}

/// What to say of a recorder that did not come to the end of its test.
Failure failure_of(const Ending& ending, const std::string& where) {
    Failure failure;
    switch (ending.kind) {
        case Ending::Kind::signalled:
            failure.verdict = "crashed";
            failure.message = "crashed with " + signal_name(ending.code) + where;
            break;
        case Ending::Kind::timed_out:
            failure.verdict = "timed_out";
            failure.message = "did not finish within " + seconds(ending.seconds_allowed) + where +
                              "\nIs there a loop whose condition stays true?";
            break;
        case Ending::Kind::too_much_output:
            failure.verdict = "ended_early";
            failure.message = "was stopped: it printed more than " + ending.output_allowed + where;
            break;
        case Ending::Kind::too_long_transcript:
            failure.verdict = "ended_early";
            failure.message = "was stopped: its results are larger than any right answer" + where;
            break;
        case Ending::Kind::exited:
            failure.verdict = "ended_early";
            failure.message = "ended the program early, with exit code " +
                              std::to_string(ending.code) + where +
                              "\nA function gives its answer with return, not with exit().";
            break;
    }
    return failure;
}

}  // namespace

Judgement& Judgement::current() {
    static Judgement judgement;
    return judgement;
}

const Transcript& Run::transcript(std::size_t n) const {
    static const Transcript none;
    return n < transcripts.size() ? transcripts[n] : none;
}

bool Run::ended_well(std::size_t n) const {
    const bool clean = ending.kind == Ending::Kind::exited && ending.code == 0;
    return transcript(n).finished && (clean || n + 1 < transcripts.size());
}

void Judgement::add(Run run, std::size_t seeds) {
    const std::string name = run.test;
    Run& kept = runs_[name] = std::move(run);
    kept.transcripts = read_transcripts(kept.bytes, seeds);
}

const Run& Judgement::run_of(const std::string& test) const {
    static const Run none;
    const auto found = runs_.find(test);
    return found == runs_.end() ? none : found->second;
}

const Failure* TestResult::shown() const {
    if (failures.empty()) return nullptr;
    if (failures.front().verdict != "failed") return &failures.front();
    for (const bool general : {false, true}) {
        for (const Failure& failure : failures) {
            if (failure.diagnosis && failure.general == general) return &failure;
        }
    }
    return &failures.front();
}

void note_failure(const std::string& message, const std::string& diagnosis,
                  const std::string& advice, bool general) {
    Judgement& judgement = Judgement::current();
    Failure failure;
    if (!judgement.subject.empty()) failure.message = judgement.subject + "\n";
    failure.message += message;
    if (!advice.empty()) failure.message += "\n" + advice;
    if (!diagnosis.empty()) failure.diagnosis = diagnosis;
    failure.general = general;
    if (judgement.beside) failure.comparison = judgement.beside->comparison();
    judgement.note(std::move(failure));
}

Beside::Beside(const Matrix& yours, std::function<Matrix()> target, std::string target_name)
    : yours_(yours),
      target_(std::move(target)),
      target_name_(std::move(target_name)),
      before_(std::exchange(Judgement::current().beside, this)) {}

Beside::~Beside() { Judgement::current().beside = before_; }

Comparison Beside::comparison() const {
    const auto corner = [](const Matrix& matrix) -> Matrix {
        constexpr Index most = 32;
        return matrix.topLeftCorner(std::min(matrix.rows(), most), std::min(matrix.cols(), most));
    };
    return {corner(yours_), corner(target_()), target_name_};
}

std::string describe(double number) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.6g", number);
    return text.data();
}

std::string describe(const Matrix& matrix) {
    return std::to_string(matrix.rows()) + "×" + std::to_string(matrix.cols());
}

Happened next_observation() {
    Judgement& judgement = Judgement::current();
    Position& here = position();
    if (!judgement.results.empty()) ++judgement.results.back().observations_asked;

    Happened happened;
    const Entry* entry = judgement.run_of(here.test)
                             .transcript(judgement.seed_index)
                             .find(here.part, here.ordinal++);
    if (entry) {
        happened.reached = true;
        happened.kind = entry->kind;
        happened.payload = entry->payload;
    }
    return happened;
}

std::optional<Thrown> thrown(const Happened& happened) {
    if (happened.kind != OutcomeKind::threw) return std::nullopt;
    Reader reader(happened.payload);
    Thrown result;
    result.bases = reader.number<std::uint32_t>();
    result.type = reader.text();
    result.message = reader.text();
    if (reader.failed() || reader.remaining() > 0) return std::nullopt;
    return result;
}

void speak_of(const Call& call) { Judgement::current().subject = call.text; }

void fail_for_want_of_a_value(const Call& call, const Happened& happened) {
    Judgement& judgement = Judgement::current();
    const Run& run = judgement.run_of(position().test);
    const std::string in_the_call = ",\nin " + call.text;

    Failure failure;
    if (!happened.kind) {
        if (happened.reached) {
            failure = failure_of(run.ending, in_the_call);
        } else if (run.transcript(judgement.seed_index).entries.empty()) {
            failure = failure_of(run.ending,
                                 ",\nbefore the test could call your function. Only what runs "
                                 "before main can do that: a global or static object?");
        } else {
            failure = failure_of(run.ending, ",\nbefore " + call.text);
        }
    } else if (happened.kind == OutcomeKind::not_written) {
        Reader reader(happened.payload);
        failure.verdict = "not_started";
        failure.message = reader.text();
    } else if (happened.kind == OutcomeKind::eigen_assertion) {
        Reader reader(happened.payload);
        const std::string expression = reader.text();
        const bool product = expression.find("invalid matrix product") != std::string::npos;
        const std::string advice =
            product
                ? "a * b is the matrix product. Entry by entry it is a.cwiseProduct(b)."
                : "Is an index out of range, has the matrix no size yet, or do two shapes not fit "
                  "together?";
        failure.message = call.text +
                          "\nEigen stopped it, because this does not hold: " + expression + "\n" +
                          advice;
        failure.diagnosis = "eigen_assertion";
    } else if (const auto error = thrown(happened)) {
        failure.message = call.text + "\nthrew " + error->type;
        if (!error->message.empty()) failure.message += ": " + error->message;
        failure.message += "\nIt should have returned a value.";
        failure.diagnosis = "unexpected_exception";
        if (error->is(StandardException::bad_alloc)) {
            failure.diagnosis = "out_of_memory";
            failure.message = call.text + "\nasked for more memory than there is (" + error->type +
                              ").\nHow large is the largest thing you create?";
        }
    } else {
        failure.verdict = "ended_early";
        failure.message = "gave no value to judge,\nin " + call.text;
    }
    judgement.note(std::move(failure));
    throw NoValueToJudge{};
}

void run_judgement(void (*run)(void* context), void* context) {
    Judgement::current().subject.clear();
    try {
        run(context);
    } catch (const NoValueToJudge&) {
        FAIL_CHECK("");
        // NOLINTNEXTLINE(bugprone-empty-catch)
    } catch (const Catch::TestFailureException&) {
        // A failed REQUIRE, reported already. It must not leave the SECTION: see design.
    } catch (const std::exception& error) {
        note_failure("could not be compared with LibTorch: " + std::string(error.what()));
        FAIL_CHECK("");
    }
}

}  // namespace lab::observe
