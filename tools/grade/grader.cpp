#include "grader.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <ctime>
#include <exception>
#include <map>
#include <mutex>
#include <thread>

#include "check.h"
#include "error.h"
#include "folder.h"
#include "git.h"
#include "points.h"
#include "report.h"
#include "results.h"
#include "sandbox.h"
#include "submissions.h"
#include "text.h"
#include "times.h"

namespace lab::grade {
namespace fs = std::filesystem;
using namespace lab::tool;
namespace {

using Clock = std::chrono::steady_clock;

/// Recorders of one lesson at a time. More would take each other's time, and a verdict must not
/// depend on that; fewer would make an endless loop cost its time for each test.
constexpr std::size_t recorders_at_once = 4;

/// How long one may take while others run beside it.
constexpr double wall_seconds = 2 * seconds_for_a_test;

/// What is kept of what a student's code printed, for each test.
constexpr std::size_t printed_kept = 4096;

constexpr const char* grader_error = "grader_error";

Means in_the_sandbox(const Sandbox& sandbox, std::size_t slot) {
    Means means;
    means.compile = [&sandbox, slot](const Command& command, const std::vector<fs::path>& reads,
                                     const fs::path& writes) {
        Step step;
        step.arguments = command.arguments;
        for (const fs::path& path : reads) step.sees.push_back({path, ""});
        step.output = writes;
        step.compiles = true;
        step.limits = command.limits;
        Ended ended = std::move(sandbox.run_all({step}, 1, slot).front());
        // Its own limits end a compiler in other ways: the machine was too small for it.
        if (ended.kind == Ended::Kind::signalled && ended.code == SIGKILL && !ended.out_of_memory) {
            throw KitError("the compiler was killed from outside; is there too little memory?");
        }
        return ended;
    };
    means.record = [&sandbox, slot](const std::vector<Command>& commands) {
        std::vector<Step> steps;
        for (const Command& command : commands) {
            Step& step = steps.emplace_back();
            step.arguments = command.arguments;
            step.sees = {{command.arguments.front(), ""}};
            step.limits = command.limits;
        }
        return sandbox.run_all(steps, recorders_at_once, slot);
    };
    means.wall_seconds = wall_seconds;
    means.sanitizes = false;
    return means;
}

/// The verdict that says most of a lesson: that of all the tests that did not pass, if it is one.
std::string verdict_of(const std::vector<TestRow>& tests) {
    std::string common = "passed";
    bool some_passed = false;
    for (const TestRow& test : tests) {
        some_passed = some_passed || test.verdict == "passed";
        if (test.verdict == "passed" || test.verdict == common) continue;
        if (common != "passed") return "failed";
        common = test.verdict;
    }
    return common == "not_started" && some_passed ? "failed" : common;
}

std::string shortened_output(const std::string& text) {
    if (text.size() <= printed_kept) return text;
    // Not within a character.
    return printable(text.substr(0, printed_kept)) + "\n…";
}

/// A row in which each test has the lesson's verdict, and no points.
LessonRow row_without_points(const Lesson& lesson, const std::string& verdict,
                             const std::string& problem) {
    LessonRow row;
    row.lesson = lesson.name;
    row.verdict = verdict;
    row.problem = problem;
    row.max_points = lesson.points;
    for (const TestEntry& test : lesson.tests) {
        row.tests.push_back({test.name, verdict, 0, test.points, "", "", "", 0, std::nullopt});
    }
    return row;
}

LessonRow row_of(const LessonResult& result, const Lesson& lesson) {
    if (result.tests.empty()) return row_without_points(lesson, result.verdict, result.problem);
    LessonRow row;
    row.lesson = lesson.name;
    row.points = result.points;
    row.max_points = result.max_points;
    row.problem = result.remark;
    row.warnings = result.warnings;
    for (const TestResult& test : result.tests) {
        const std::string verdict = test.out_of_memory || test.diagnosis == "out_of_memory"
                                        ? "out_of_memory"
                                        : test.verdict;
        row.tests.push_back({test.name, verdict, test.points, test.max_points, test.message,
                             test.diagnosis.value_or(""), shortened_output(test.printed),
                             test.seconds, test.comparison});
    }
    row.verdict = verdict_of(row.tests);
    return row;
}

/// Whether an old row still stands.
bool still_valid(const LessonRow& old, const std::string& hash, std::uint32_t seed) {
    return old.hash == hash && old.seed == seed && old.verdict != grader_error;
}

/// Why a result is another one than before.
std::string reason_of_change(const LessonRow& before, const LessonRow& now) {
    const Circumstances &then = before.circumstances, &here = now.circumstances;
    if (before.verdict == grader_error) return "it could not be graded before";
    if (before.hash != now.hash) {
        if (before.hash.empty()) return "it was handed in since";
        return now.hash.empty() ? "it is not there any more" : "another file was handed in";
    }
    if (now.verdict == grader_error) return "it could not be graded this time";
    if (then.secret != here.secret) return "another class secret";
    if (then.kit != here.kit) return fmt::format("the kit changed, {} to {}", then.kit, here.kit);
    if (then.toolchain != here.toolchain) {
        return fmt::format("the toolchain changed, {} to {}", then.toolchain, here.toolchain);
    }
    if (then.isolation != here.isolation) {
        return fmt::format("the isolation changed, {} to {}", then.isolation, here.isolation);
    }
    return "same file, kit and machine: this program does not always do the same";
}

/// "1 student", "2 students"
std::string counted(std::size_t count, const std::string& what) {
    return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

std::string minutes_and_seconds(double seconds) {
    const auto whole = static_cast<long>(seconds);
    if (whole >= 3600) return fmt::format("{} h {} min", whole / 3600, whole / 60 % 60);
    return whole >= 60 ? fmt::format("{} min {} s", whole / 60, whole % 60)
                       : fmt::format("{} s", whole);
}

/// What several threads do together; everything behind `mutex` but the atomic numbers.
class Class {
public:
    Class(const Course& course, const GradeOptions& options, Results& results,
          std::vector<Entry> entries, std::vector<const Lesson*> lessons, const Sandbox& sandbox,
          Circumstances circumstances, const std::string& secret,
          std::map<std::string, std::int64_t> times)
        : course_(course),
          options_(options),
          results_(results),
          entries_(std::move(entries)),
          lessons_(std::move(lessons)),
          sandbox_(sandbox),
          circumstances_(std::move(circumstances)),
          times_(std::move(times)) {
        for (const Lesson* lesson : lessons_) {
            seeds_[lesson] = secret.empty() ? default_seed : seed_from_secret(secret, lesson->name);
        }
    }

    /// Grades all, in `jobs` threads. Errors: as for grade.
    void run(std::size_t jobs) {
        start_ = Clock::now();
        std::vector<std::thread> threads;
        for (std::size_t slot = 0; slot < jobs; ++slot) {
            threads.emplace_back([this, slot] {
                try {
                    work(slot);
                } catch (...) {
                    const std::lock_guard hold(mutex_);
                    if (!failure_) failure_ = std::current_exception();
                    stop_ = true;
                }
            });
        }
        for (std::thread& thread : threads) thread.join();
        if (shows_progress_) fmt::print(stderr, "\r\033[K");
        if (failure_) std::rethrow_exception(failure_);
    }

    std::size_t done() const { return done_; }
    std::size_t graded_lessons() const { return graded_; }
    std::size_t kept_lessons() const { return kept_; }
    const std::vector<std::string>& changes() const { return changes_; }
    const std::vector<std::string>& grader_errors() const { return grader_errors_; }
    const std::map<std::string, std::size_t>& verdicts() const { return verdicts_; }
    std::size_t entries() const { return entries_.size(); }

private:
    void work(std::size_t slot) {
        Checker checker(course_, in_the_sandbox(sandbox_, slot));
        for (;;) {
            const std::size_t i = next_++;
            if (i >= entries_.size() || stop_) return;
            if (interrupted()) throw Interrupted{};
            grade_student(entries_[i], checker);
            const std::lock_guard hold(mutex_);
            ++done_;
            show_progress();
        }
    }

    void grade_student(const Entry& entry, Checker& checker) {
        Submission submission = read_submission(entry, course_);
        {
            const std::lock_guard hold(mutex_);
            results_.put(
                StudentRow{entry.student, entry.path.filename().string(), submission.notes});
        }
        for (const Lesson* lesson : lessons_) {
            if (interrupted()) throw Interrupted{};
            const auto file =
                std::find_if(submission.files.begin(), submission.files.end(),
                             [&](const SubmittedFile& one) { return one.lesson == lesson->name; });
            grade_lesson(entry.student, *lesson, submission.unreadable,
                         file == submission.files.end() ? nullptr : &*file, checker);
        }
    }

    void grade_lesson(const std::string& student, const Lesson& lesson,
                      const std::optional<std::string>& unreadable, const SubmittedFile* file,
                      Checker& checker) {
        const std::uint32_t seed = seeds_.at(&lesson);
        const std::string hash = file ? sha256(file->content) : "";
        std::optional<std::int64_t> submitted;
        if (file) submitted = file->time;
        if (const auto time = times_.find(student); file && time != times_.end()) {
            submitted = time->second;
        }

        std::optional<LessonRow> before;
        {
            const std::lock_guard hold(mutex_);
            before = results_.lesson(student, lesson.name);
            if (before && !options_.regrade && !unreadable && still_valid(*before, hash, seed)) {
                ++kept_;
                ++verdicts_[before->verdict];
                if (before->submitted != submitted) {
                    before->submitted = submitted;
                    results_.put(*before);
                }
                return;
            }
        }

        const auto start = Clock::now();
        LessonRow row = unreadable ? row_without_points(lesson, grader_error, *unreadable)
                        : file     ? row_of_file(lesson, *file, seed, checker)
                                   : row_without_points(lesson, "not_submitted", "");
        row.seconds = std::chrono::duration<double>(Clock::now() - start).count();
        row.student = student;
        row.hash = hash;
        row.submitted = submitted;
        row.seed = seed;
        row.graded_at = utc_text(std::time(nullptr));
        row.circumstances = circumstances_;

        const std::lock_guard hold(mutex_);
        results_.put(row);
        ++graded_;
        ++verdicts_[row.verdict];
        if (row.verdict == grader_error) {
            grader_errors_.push_back(
                fmt::format("{}, lesson {}: {}", student, lesson.number, row.problem));
        }
        if (before && (before->points != row.points || before->verdict != row.verdict)) {
            changes_.push_back(
                fmt::format("{}, lesson {}: {:g} → {:g} of {:g} points, {} → {} ({})", student,
                            lesson.number, before->points, row.points, row.max_points,
                            before->verdict, row.verdict, reason_of_change(*before, row)));
        }
    }

    /// What is not the student's doing is tried twice before it is a grader_error.
    LessonRow row_of_file(const Lesson& lesson, const SubmittedFile& file, std::uint32_t seed,
                          Checker& checker) {
        for (int attempt = 1;; ++attempt) {
            try {
                const TemporaryFolder folder;
                const fs::path source = folder.path() / lesson.source.filename();
                write_file(source, file.content);
                return row_of(checker.check(lesson, source, seed, seed), lesson);
            } catch (const Interrupted&) { throw; } catch (const std::exception& error) {
                if (attempt == 2) return row_without_points(lesson, grader_error, error.what());
            }
        }
    }

    /// Under mutex_.
    void show_progress() const {
        if (!shows_progress_) return;
        const double passed = std::chrono::duration<double>(Clock::now() - start_).count();
        const double left =
            passed / static_cast<double>(done_) * static_cast<double>(entries_.size() - done_);
        const std::string time =
            done_ == entries_.size() ? "" : minutes_and_seconds(left) + " left";
        fmt::print(stderr, "\r\033[K{}  {}",
                   progress_bar(done_, entries_.size(), "students", Colour::none), time);
        std::fflush(stderr);
    }

    const Course& course_;
    const GradeOptions& options_;
    Results& results_;
    const std::vector<Entry> entries_;
    const std::vector<const Lesson*> lessons_;
    const Sandbox& sandbox_;
    const Circumstances circumstances_;
    const std::map<std::string, std::int64_t> times_;
    std::map<const Lesson*, std::uint32_t> seeds_;
    const bool shows_progress_ = isatty(STDERR_FILENO) == 1;
    Clock::time_point start_;

    std::atomic<std::size_t> next_ = 0;
    std::atomic<bool> stop_ = false;
    std::mutex mutex_;
    std::exception_ptr failure_;
    std::size_t done_ = 0, graded_ = 0, kept_ = 0;
    std::vector<std::string> changes_, grader_errors_;
    std::map<std::string, std::size_t> verdicts_;
};

std::vector<const Lesson*> chosen(const Course& course, const std::vector<std::string>& words) {
    std::vector<const Lesson*> lessons;
    for (const Lesson& lesson : course.lessons) {
        const bool asked = std::any_of(words.begin(), words.end(), [&](const std::string& word) {
            return &course.find(word) == &lesson;
        });
        if (words.empty() || asked) lessons.push_back(&lesson);
    }
    return lessons;
}

/// Names that are not among the submissions any more; their results stay.
std::vector<std::string> others(const Results& results, const std::vector<Entry>& entries) {
    std::vector<std::string> names;
    for (const StudentRow& row : results.students()) {
        const bool there = std::any_of(entries.begin(), entries.end(), [&](const Entry& entry) {
            return entry.student == row.student;
        });
        if (!there) names.push_back(row.student);
    }
    return names;
}

void print_list(const std::string& title, const std::vector<std::string>& lines,
                std::size_t at_most) {
    if (lines.empty()) return;
    fmt::print("{}\n", title);
    for (std::size_t i = 0; i < std::min(lines.size(), at_most); ++i) {
        fmt::print("    {}\n", lines[i]);
    }
    if (lines.size() > at_most) fmt::print("    and {} more\n", lines.size() - at_most);
}

}  // namespace

std::string read_secret(const std::string& path) {
    constexpr std::size_t enough = 16;
    std::string secret = read_file(path);
    while (!secret.empty() && (secret.back() == '\n' || secret.back() == '\r')) secret.pop_back();
    if (secret.size() < enough) {
        throw KitError(
            fmt::format("--class-secret: {} holds {} characters, which can be guessed; let it be "
                        "16 or more, as "
                        "from: head -c 24 /dev/urandom | base64 > {}",
                        path, secret.size(), path));
    }
    return secret;
}

std::uint32_t seed_from_secret(const std::string& secret, const std::string& lesson) {
    const std::string digits = sha256("tests' inputs\n" + lesson + "\n" + secret);
    return static_cast<std::uint32_t>(std::stoul(digits.substr(0, 8), nullptr, 16));
}

int grade(const Course& course, const GradeOptions& options) {
    const std::vector<const Lesson*> lessons = chosen(course, options.lessons);
    std::vector<std::string> notes;
    std::vector<Entry> entries = list_entries(options.submissions, notes);
    const std::string secret =
        options.class_secret.empty() ? "" : read_secret(options.class_secret);
    const std::size_t jobs =
        options.jobs > 0 ? options.jobs : std::max(1u, std::thread::hardware_concurrency());

    std::map<std::string, std::int64_t> times;
    if (!options.times.empty()) times = read_times(options.times);
    for (const auto& [student, time] : times) {
        const bool there =
            std::any_of(entries.begin(), entries.end(),
                        [&, name = student](const Entry& entry) { return entry.student == name; });
        if (!there) notes.push_back(fmt::format("{}, named in {}", student, options.times));
    }

    Results results = Results::open_to_grade(options.out);
    const Toolchain toolchain = read_toolchain(course.build);
    const Sandbox sandbox(course, toolchain, options.unsafe, jobs);
    Circumstances circumstances;
    circumstances.kit = kit_version(course);
    circumstances.toolchain =
        fmt::format("{}, LibTorch {}", toolchain.version, toolchain.torch_version);
    circumstances.isolation = name_of(sandbox.isolation());
    if (!secret.empty()) circumstances.secret = sha256("mark\n" + sha256(secret)).substr(0, 12);

    print_list("Not among the submissions that are graded:", notes, 20);
    if (sandbox.isolation() != Isolation::bubblewrap) {
        fmt::print("Isolation: {}. {}\n", circumstances.isolation, sandbox.reason());
    }
    const std::vector<std::string> not_there = others(results, entries);
    Class submitted(course, options, results, std::move(entries), lessons, sandbox, circumstances,
                    secret, std::move(times));
    std::fflush(stdout);
    try {
        submitted.run(std::min(jobs, submitted.entries()));
    } catch (const Interrupted&) {
        fmt::print(stderr,
                   "Stopped. {} of {} students are graded and kept; the same command goes on from "
                   "there.\n",
                   submitted.done(), submitted.entries());
        throw;
    }

    print_list("Could not be graded, which is no zero; type the same command again to try again:",
               submitted.grader_errors(), 20);
    print_list("Changed since the last time:", submitted.changes(), 1000);
    print_list(
        fmt::format("In {} from before, but not among these submissions (kept):", options.out),
        not_there, 10);
    fmt::print("{}: {} graded now, {} unchanged:", counted(submitted.entries(), "student"),
               counted(submitted.graded_lessons(), "lesson"), submitted.kept_lessons());
    for (const auto& [verdict, count] : submitted.verdicts()) fmt::print(" {} {}", count, verdict);
    fmt::print(
        "\n./lab report {} shows the class, ./lab export {} --format csv lists the points.\n",
        options.out, options.out);
    return submitted.grader_errors().empty() ? 0 : 1;
}

}  // namespace lab::grade
