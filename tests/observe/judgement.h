// What the judge keeps while it replays one lesson's tests: the transcripts that it was given, and
// what became of each test.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "lab.h"
#include "transcript.h"

namespace lab::observe {

/// How a recorder's process ended, as the tool that started it saw.
struct Ending {
    enum class Kind { exited, signalled, timed_out, too_much_output, too_long_transcript };
    Kind kind = Kind::exited;
    int code = 0;  ///< exit code or signal number
    double seconds_allowed = 0;
    std::string output_allowed;  ///< as text, with its unit
};

/// One recorder's run: one test case.
struct Run {
    std::string test;
    Ending ending;
    Bytes bytes;
    std::vector<Transcript> transcripts;  ///< one for each seed; they point into bytes

    /// The transcript of the n-th seed; an empty one when the recorder did not get that far.
    const Transcript& transcript(std::size_t n) const;

    /// The n-th seed's test ran to its end, and so did the program, unless a later seed stopped it.
    bool ended_well(std::size_t n) const;
};

/// What a picture can show of a failure: the student's matrix beside the right one, or beside an
/// example of a right one. Of large matrices, the first rows and columns.
struct Comparison {
    Matrix yours, target;
    std::string target_name;  ///< "LibTorch"
};

/// While it lives, failures that are noted can be shown as this comparison. `yours` outlives it;
/// the target is made when there is a failure.
class Beside {
public:
    Beside(const Matrix& yours, std::function<Matrix()> target, std::string target_name);
    ~Beside();
    Beside(const Beside&) = delete;
    Beside& operator=(const Beside&) = delete;

    Comparison comparison() const;

private:
    const Matrix& yours_;
    std::function<Matrix()> target_;
    std::string target_name_;
    const Beside* before_;
};

struct Failure {
    std::string verdict = "failed";  ///< as in docs/json.md
    std::string message;
    std::optional<std::string> diagnosis;
    bool general = false;  ///< the diagnosis says what is wrong, not why: a better one is preferred
    std::optional<Comparison> comparison;
};

struct TestResult {
    std::string name;
    std::vector<Failure> failures;
    std::size_t observations_asked = 0;
    std::size_t observations_recorded = 0;

    /// The failure to show: the first that knows the mistake's name, and knows it best.
    const Failure* shown() const;
};

class Judgement {
public:
    static Judgement& current();

    /// `seeds` is how many of them the recorder was to run.
    void add(Run run, std::size_t seeds);
    const Run& run_of(const std::string& test) const;

    /// The failure that the assertion failing next is to be reported as.
    void note(Failure failure) { noted_ = std::move(failure); }
    std::optional<Failure> take_note() { return std::exchange(noted_, std::nullopt); }

    /// Which of the seeds is being judged, from 0.
    std::size_t seed_index = 0;

    /// The call that a failure message speaks of.
    std::string subject;

    /// What failures can be shown as, if that is known.
    const Beside* beside = nullptr;

    std::vector<TestResult> results;

private:
    std::map<std::string, Run> runs_;
    std::optional<Failure> noted_;
};

/// Notes a failure of the running test: the call judged, then `message`, then `advice` (if any).
void note_failure(const std::string& message, const std::string& diagnosis = "",
                  const std::string& advice = "", bool general = false);

}  // namespace lab::observe
