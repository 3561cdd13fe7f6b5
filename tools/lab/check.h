// Grades one student's file: compile, record, judge.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "course.h"
#include "judge.h"
#include "toolchain.h"

namespace lab::tool {

struct TestResult {
    std::string name;
    std::string verdict;  ///< passed, failed, crashed, timed_out, ended_early, not_started
    double points = 0;
    double max_points = 0;
    std::string message;
    std::optional<std::string> diagnosis;
    bool general = false;  ///< the diagnosis says what is wrong, not why
    std::optional<Comparison> comparison;
    std::string printed;  ///< what the student's code printed, at most 64 KiB
    std::size_t printed_total = 0;
    double seconds = 0;          ///< how long it ran
    bool out_of_memory = false;  ///< what stopped it is that there was no more memory
};

struct LessonResult {
    std::string lesson;
    std::string verdict;  ///< passed, failed, not_started, compile_error
    double points = 0;
    double max_points = 0;
    std::vector<TestResult> tests;
    std::string compiler_output;
    std::string problem;   ///< of a compile_error, in a few lines
    std::string remark;    ///< worth a word, whatever the verdict
    std::string warnings;  ///< the compiler's, in a few lines

    double compile_seconds = 0;
    long recorder_peak_kilobytes = 0;
    bool passed() const { return verdict == "passed"; }

    /// The failure to show first: the first whose mistake has a name, else the first.
    const TestResult* first_failure() const;
};

/// How long a student's code may run in one test, in seconds of processor time.
constexpr double seconds_for_a_test = 5;

/// The seed when none is asked for.
constexpr std::uint32_t default_seed = 1;

/// From the first to the last, both included.
struct Seeds {
    std::uint32_t first;
    std::uint32_t last;
};

/// How a student's code is compiled and run: ./lab check does it in the open, ./lab grade in a
/// sandbox.
struct Means {
    Execute compile = execute_in_the_open;
    /// Runs recorders, which all are the same program, and waits for them.
    std::function<std::vector<Ended>(const std::vector<Command>&)> record;
    double wall_seconds = seconds_for_a_test;  ///< for each recorder
    bool sanitizes = true;                     ///< runs what crashed again, to find the line
};

/// All of a lesson's recorders at once, so that an endless loop costs five seconds, not five for
/// each test.
Means in_the_open();

class Checker {
public:
    /// Starts the judge at once, so that it is ready when the first file is compiled.
    explicit Checker(const Course& course, Means means = in_the_open());

    /// Grades `source` as the lesson's file, once for each seed; stops at the first seed with which
    /// it does not pass, and gives that result.
    ///
    /// Errors: KitError for what is not the student's fault.
    LessonResult check(const Lesson& lesson, const std::filesystem::path& source,
                       std::uint32_t first_seed = default_seed,
                       std::uint32_t last_seed = default_seed);

    /// Runs the test with all of the student's own code, the lessons' own files. When it fails, the
    /// message says which lessons are the likely cause. See integration.cpp.
    ///
    /// Errors: as for check.
    LessonResult check_integration(std::uint32_t first_seed, std::uint32_t last_seed);

    Judge& judge() { return judge_; }

private:
    /// Runs the tests and puts the verdicts of the first seed that fails, or else of the last, into
    /// `result`. `subject` is what the judge knows the tests by: a lesson's number, or
    /// "integration". Returns the seeds that the last recorders ran.
    Seeds run_tests(const std::filesystem::path& recorder, const std::string& subject,
                    const std::vector<TestEntry>& tests, std::uint32_t first_seed,
                    std::uint32_t last_seed, LessonResult& result);
    /// What the most expensive of a lesson's recorders took.
    struct Cost {
        std::size_t transcript_bytes = 0;
        double seconds = 0;
    };
    /// The same with one recorder for each test.
    Cost run_tests_at_once(const std::filesystem::path& recorder, const std::string& subject,
                           const std::vector<TestEntry>& tests, std::uint32_t first_seed,
                           std::uint32_t last_seed, LessonResult& result);

    const Course& course_;
    Means means_;
    Toolchain toolchain_;
    Judge judge_;
};

}  // namespace lab::tool
