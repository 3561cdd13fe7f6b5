#include "check.h"

#include <fmt/format.h>

#include <algorithm>
#include <regex>

#include "compiler_output.h"
#include "error.h"
#include "folder.h"
#include "text.h"

namespace lab::tool {
namespace fs = std::filesystem;
namespace {

/// What is kept of the output of a student's code, in one test.
constexpr std::size_t output_kept = 64u << 10;

Limits recorder_limits() {
    Limits limits;
    limits.wall_seconds = seconds_for_a_test;
    limits.cpu_seconds = static_cast<int>(seconds_for_a_test);
    limits.memory_bytes = std::size_t{512} << 20;
    limits.file_bytes = std::size_t{16} << 20;
    limits.output_bytes = std::size_t{16} << 20;
    limits.output_kept = output_kept;
    limits.transcript_bytes = std::size_t{16} << 20;
    limits.confined = true;
    return limits;
}

constexpr std::size_t recorders_at_once = 16;

/// How many seeds one recorder runs at first, and at most.
constexpr std::uint32_t few_seeds = 8;
constexpr std::uint32_t many_seeds = 50;

Command recorder_command(const fs::path& recorder, const fs::path& folder, const std::string& test,
                         std::uint32_t first_seed, std::uint32_t last_seed) {
    Command command;
    command.arguments = {recorder.string(), std::to_string(first_seed), std::to_string(last_seed),
                         test};
    command.directory = folder.string();
    command.limits = recorder_limits();
    return command;
}

/// What the sanitizers say of a crash, with the student's own line.
std::string sanitizer_report(const std::string& output, const fs::path& source) {
    const std::string name = source.filename().string();
    const std::string path =
        std::regex_replace(source.string(), std::regex(R"([.^$|()\[\]{}*+?\\])"), R"(\$&)");
    std::smatch match;
    std::string what;
    if (std::regex_search(output, match,
                          std::regex(path + R"(:(\d+):(?:\d+:)? runtime error: ([^\n]*))"))) {
        return fmt::format("{}:{}: {} (UndefinedBehaviorSanitizer)", name, match[1].str(),
                           match[2].str());
    }
    if (std::regex_search(output, match, std::regex(R"(ERROR: AddressSanitizer:? ([^\n(]*))"))) {
        what = match[1];
        if (const auto end = what.find(" on "); end != std::string::npos) what.resize(end);
    }
    if (what.empty()) return "";
    if (std::regex_search(output, match, std::regex(R"(#\d+ [^\n]* )" + path + R"(:(\d+))"))) {
        return fmt::format("{}:{}: {} (AddressSanitizer)", name, match[1].str(), what);
    }
    return fmt::format("{} (AddressSanitizer)", what);
}

/// Runs one test again with the sanitizers built in. Empty when they find nothing to say.
std::string sanitize(const Toolchain& toolchain, const Lesson& lesson, const fs::path& source,
                     const std::string& test, std::uint32_t first_seed, std::uint32_t last_seed) {
    const TemporaryFolder folder;
    const Built built =
        build_recorder(toolchain, lesson, source, folder.path(), Flavour::sanitized);
    if (!built.ok) return "";
    const TemporaryFolder here;
    Command command = recorder_command(built.recorder, here.path(), test, first_seed, last_seed);
    command.environment = {
        "ASAN_OPTIONS=detect_leaks=0:detect_container_overflow=0:hard_rss_limit_mb=1024:"
        "handle_abort=1:allow_user_segv_handler=0",
        "UBSAN_OPTIONS=print_stacktrace=0:halt_on_error=1"};
    command.limits.memory_bytes = 0;  // AddressSanitizer reserves terabytes of addresses
    command.limits.output_kept = std::size_t{1} << 20;
    const Ended ended = run(command);
    return sanitizer_report(ended.output, source);
}

/// The most telling of several verdicts on a lesson's tests.
std::string verdict_of(const std::vector<TestResult>& tests) {
    const auto all_are = [&](const char* verdict) {
        return std::all_of(tests.begin(), tests.end(),
                           [&](const TestResult& test) { return test.verdict == verdict; });
    };
    if (all_are("passed")) return "passed";
    return all_are("not_started") ? "not_started" : "failed";
}

}  // namespace

const TestResult* LessonResult::first_failure() const {
    const auto is_failure = [](const TestResult& test) { return test.verdict != "passed"; };
    const auto first = std::find_if(tests.begin(), tests.end(), is_failure);
    if (first == tests.end()) return nullptr;
    if (first->verdict != "failed") return &*first;
    for (const bool general : {false, true}) {
        for (const TestResult& test : tests) {
            if (is_failure(test) && test.diagnosis && test.general == general) return &test;
        }
    }
    return &*first;
}

Means in_the_open() {
    Means means;
    means.record = [](const std::vector<Command>& commands) {
        return run_all(commands, recorders_at_once);
    };
    return means;
}

Checker::Checker(const Course& course, Means means)
    : course_(course),
      means_(std::move(means)),
      toolchain_(read_toolchain(course.build)),
      judge_(course.build) {}

LessonResult Checker::check(const Lesson& lesson, const fs::path& source, std::uint32_t first_seed,
                            std::uint32_t last_seed) {
    LessonResult result;
    result.lesson = lesson.name;
    result.max_points = lesson.points;

    const auto cannot_compile = [&](const std::string& problem) {
        result.verdict = "compile_error";
        result.problem = problem;
        if (result.compiler_output.empty()) result.compiler_output = problem;
        return result;
    };
    if (std::string problem = explain_unusable_file(source); !problem.empty()) {
        if (source == lesson.source) {
            problem +=
                fmt::format("\n./lab reset {} brings the lesson's own file back.", lesson.number);
        }
        return cannot_compile(problem);
    }
    result.remark = remark_on_file(source);

    const TemporaryFolder folder;
    const Built built =
        build_recorder(toolchain_, lesson, source, folder.path(), Flavour::grading, means_.compile);
    result.compile_seconds = built.compile_seconds;
    result.compiler_output = printable(built.compiler_output);
    result.warnings = explain_warnings(built.compiler_output, source);
    if (!built.ok) return cannot_compile(built.problem);

    const Seeds seeds =
        run_tests(built.recorder, lesson.number, lesson.tests, first_seed, last_seed, result);
    if (!means_.sanitizes) return result;
    const auto crashed =
        std::find_if(result.tests.begin(), result.tests.end(),
                     [](const TestResult& test) { return test.verdict == "crashed"; });
    if (crashed != result.tests.end()) {
        const std::string report =
            sanitize(toolchain_, lesson, source, crashed->name, seeds.first, seeds.last);
        if (!report.empty()) crashed->message += "\n" + printable(report);
    }
    return result;
}

Seeds Checker::run_tests(const fs::path& recorder, const std::string& subject,
                         const std::vector<TestEntry>& tests, std::uint32_t first_seed,
                         std::uint32_t last_seed, LessonResult& result) {
    std::uint32_t seeds = few_seeds;
    for (std::uint32_t first = first_seed;;) {
        const std::uint32_t last = first + std::min(last_seed - first, seeds - 1);
        const Cost cost = run_tests_at_once(recorder, subject, tests, first, last, result);
        if (!result.passed() || last >= last_seed) return {first, last};
        // A right program must not reach a limit because of how many seeds it is given: half of the
        // transcript's, a quarter of the time, which other programs may slow down.
        const Limits limits = recorder_limits();
        const double done = last - first + 1;
        const double fitting =
            done * std::min(static_cast<double>(limits.transcript_bytes) / 2 /
                                (static_cast<double>(cost.transcript_bytes) + done),
                            limits.wall_seconds / 4 / (cost.seconds + 1e-3));
        seeds = static_cast<std::uint32_t>(std::clamp<double>(fitting, 1, many_seeds));
        first = last + 1;
    }
}

Checker::Cost Checker::run_tests_at_once(const fs::path& recorder, const std::string& subject,
                                         const std::vector<TestEntry>& tests,
                                         std::uint32_t first_seed, std::uint32_t last_seed,
                                         LessonResult& result) {
    const TemporaryFolder here;
    std::vector<Command> commands;
    for (const TestEntry& test : tests) {
        commands.push_back(
            recorder_command(recorder, here.path(), test.name, first_seed, last_seed));
        commands.back().limits.wall_seconds = means_.wall_seconds;
    }
    std::vector<Ended> runs = means_.record(commands);
    std::vector<RecordedTest> recorded;
    Cost cost;
    for (std::size_t i = 0; i < runs.size(); ++i) {
        cost.transcript_bytes = std::max(cost.transcript_bytes, runs[i].transcript.size());
        cost.seconds = std::max(cost.seconds, runs[i].seconds);
        result.recorder_peak_kilobytes =
            std::max(result.recorder_peak_kilobytes, runs[i].peak_kilobytes);
        recorded.push_back({tests[i].name, commands[i].limits, std::move(runs[i])});
    }

    const std::vector<JudgedTest> judged = judge_.judge(subject, first_seed, last_seed, recorded);
    result.tests.clear();
    result.points = 0;
    for (std::size_t i = 0; i < tests.size(); ++i) {
        const auto found = std::find_if(judged.begin(), judged.end(), [&](const JudgedTest& test) {
            return test.name == tests[i].name;
        });
        if (found == judged.end()) {
            throw KitError(fmt::format(
                "the judge does not know the test '{}'; type ./lab again to build the kit",
                tests[i].name));
        }
        TestResult& test = result.tests.emplace_back();
        test.name = found->name;
        test.verdict = found->verdict;
        test.max_points = tests[i].points;
        test.points = test.verdict == "passed" ? test.max_points : 0;
        test.message = printable(found->message);
        test.diagnosis = found->diagnosis;
        test.general = found->general;
        test.comparison = found->comparison;
        test.printed = printable(recorded[i].ended.output);
        test.printed_total = recorded[i].ended.output_total;
        test.seconds = recorded[i].ended.seconds;
        test.out_of_memory = recorded[i].ended.out_of_memory;
        result.points += test.points;
    }
    result.verdict = verdict_of(result.tests);
    return cost;
}

}  // namespace lab::tool
