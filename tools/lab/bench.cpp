// ./lab bench: what is promised of the kit's speed, measured. Times of one run are compared with
// each other; machines differ, ratios less so.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "commands.h"
#include "error.h"
#include "folder.h"
#include "process.h"
#include "programs.h"
#include "terminal.h"

namespace lab::tool {
namespace fs = std::filesystem;
namespace {

using Clock = std::chrono::steady_clock;

constexpr int saves = 20;

double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    const std::size_t half = values.size() / 2;
    return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

/// Waits for the line of keys that ends a result of ./lab start.
void wait_for_result(Terminal& watching) {
    if (!watching.shows("save the file to grade it again")) {
        throw KitError("bench: ./lab start shows no result:\n" + watching.text());
    }
    watching.forget();
}

/// From save to verdict in watch mode, against the compiler alone, in turns.
void bench_saves(const Course& course, const Lesson& lesson) {
    const Toolchain toolchain = read_toolchain(course.build);
    const TemporaryFolder folder;
    const fs::path source = folder.path() / lesson.source.filename();
    const std::string solution = read_file(lesson.solution);
    write_file(source, solution);

    Terminal watching(
        {(course.build / "lab").string(), "start", lesson.number, "--source", source.string()}, {});
    wait_for_result(watching);
    std::vector<double> to_verdict, compiler;
    for (int save = 0; save < saves; ++save) {
        // Each save is another file: nothing can be remembered from the one before.
        const std::string content = solution + fmt::format("// save {}\n", save);
        const auto start = Clock::now();
        write_file(source, content);
        wait_for_result(watching);
        to_verdict.push_back(seconds_since(start));

        const TemporaryFolder other;
        const fs::path copy = other.path() / source.filename();
        write_file(copy, content);
        compiler.push_back(build_recorder(toolchain, lesson, copy, other.path(), Flavour::grading)
                               .compile_seconds);
    }
    watching.type("q");
    watching.exit_code();
    const double verdict = median(to_verdict), compile = median(compiler);
    fmt::print(
        "lesson {}: save to verdict {:.3f} s, the compiler alone {:.3f} s, ratio {:.2f}, "
        "difference {:.3f} s (promised: at most 0.150)\n",
        lesson.number, verdict, compile, verdict / compile, verdict - compile);
}

void bench_memory(const Course& course) {
    Checker checker(course);
    long recorder = 0;
    for (const Lesson& lesson : course.lessons) {
        recorder =
            std::max(recorder, checker.check(lesson, lesson.solution).recorder_peak_kilobytes);
    }
    fmt::print("memory: judge {} MB (promised: under 400), largest recorder {} MB (under 64)\n",
               checker.judge().peak_kilobytes() / 1024, recorder / 1024);
}

/// The experiments of lessons 07 and 08, timed by a program of their own: this one is without
/// Eigen's and LibTorch's code.
void bench_experiments(const Course& course) {
    Command command;
    command.environment = inherited_environment();
    command.limits.wall_seconds = 1200;
    command.limits.output_bytes = command.limits.output_kept = std::size_t{1} << 20;
    const auto output = [&](const std::vector<std::string>& arguments) {
        command.arguments = arguments;
        const Ended ended = run(command);
        if (!ended.succeeded()) throw KitError("bench: the experiments failed:\n" + ended.output);
        return ended.output;
    };
    output({require_program("cmake"), "--build", course.build.string(), "--target",
            "experiments_bench"});
    fmt::print("{}", output({(course.build / "experiments_bench").string(),
                             (course.root / "data").string()}));
}

/// A demo in a file, from the command to its end.
void bench_demo(const Course& course) {
    const TemporaryFolder folder;
    Command command;
    command.arguments = {
        (course.build / "lab").string(), "demo", "01", "--terminal", "svg", "--out",
        folder.path().string()};
    command.environment = inherited_environment();
    command.limits.wall_seconds = 60;
    command.limits.output_bytes = command.limits.output_kept = std::size_t{1} << 20;
    std::vector<double> times;
    for (int i = 0; i < 7; ++i) {
        const Ended ended = run(command);
        if (!ended.succeeded()) throw KitError("bench: ./lab demo 01 failed:\n" + ended.output);
        times.push_back(ended.seconds);
    }
    fmt::print("./lab demo 01 --terminal svg: {:.2f} s (promised: at most 1)\n", median(times));
}

/// What a student waits for once: ./lab in a fresh copy of the kit, whose packages are there.
void bench_cold_build(const Course& course) {
    const TemporaryFolder folder;
    const fs::path copy = folder.path() / "kit";
    fs::create_directory(copy);
    for (const char* part : {"lab", "CMakeLists.txt", "CMakePresets.json", "cmake", "lessons",
                             "solutions", "tests", "tools"}) {
        fs::copy(course.root / part, copy / part, fs::copy_options::recursive);
    }
    Command command;
    command.arguments = {(copy / "lab").string(), "list"};
    command.environment = inherited_environment();
    command.limits.wall_seconds = 1200;
    command.limits.output_bytes = command.limits.output_kept = std::size_t{16} << 20;
    const Ended ended = run(command);
    if (!ended.succeeded()) throw KitError("bench: the cold build failed:\n" + ended.output);
    fmt::print("cold build: {:.0f} s (promised: at most 120 on two cores)\n", ended.seconds);

    std::vector<double> again;
    for (int i = 0; i < 11; ++i) again.push_back(run(command).seconds);
    fmt::print("a start with nothing to do: {:.3f} s (promised: under 0.100)\n", median(again));
}

}  // namespace

int bench(const Course& course, bool cold_build) {
    fmt::print("medians of {} saves\n", saves);
    std::fflush(stdout);
    for (const Lesson& lesson : course.lessons) {
        bench_saves(course, lesson);
        std::fflush(stdout);
    }
    bench_memory(course);
    std::fflush(stdout);
    bench_demo(course);
    std::fflush(stdout);
    bench_experiments(course);
    std::fflush(stdout);
    if (cold_build) bench_cold_build(course);
    else fmt::print("./lab bench --cold-build also builds the kit from nothing.\n");
    return 0;
}

}  // namespace lab::tool
