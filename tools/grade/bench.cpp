#include "bench.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <atomic>
#include <fstream>
#include <random>
#include <thread>

#include "error.h"
#include "folder.h"
#include "process.h"
#include "programs.h"
#include "toolchain.h"

namespace lab::grade {
namespace fs = std::filesystem;
using namespace lab::tool;
namespace {

constexpr std::uint32_t seed = 1;
constexpr std::size_t jobs = 2;

/// Compiling and grading take turns in groups of this size, so that what else the machine does hits
/// both.
constexpr std::size_t students_in_a_turn = 25;

std::vector<fs::path> programs_for(const Course& course, const Lesson& lesson) {
    std::vector<fs::path> programs{lesson.solution};
    for (const char* kind : {"mistakes", "alternatives"}) {
        const fs::path folder = course.root / "tests" / lesson.name / kind;
        std::vector<fs::path> found;
        for (const auto& entry : fs::directory_iterator(folder)) found.push_back(entry.path());
        std::sort(found.begin(), found.end());
        programs.insert(programs.end(), found.begin(), found.end());
    }
    return programs;
}

/// A folder for each student below `folder`. A third of the files are solutions, the others any
/// program of the tests'. No two are the same file.
void make_class(const Course& course, const std::vector<const Lesson*>& lessons,
                std::size_t students, std::mt19937_64& rng, const fs::path& folder) {
    std::vector<std::vector<fs::path>> programs;
    for (const Lesson* lesson : lessons) programs.push_back(programs_for(course, *lesson));
    static std::size_t files = 0;
    for (std::size_t i = 0; i < students; ++i) {
        for (std::size_t k = 0; k < lessons.size(); ++k) {
            const bool right = rng() % 3 == 0;
            const fs::path& program = programs[k][right ? 0 : rng() % programs[k].size()];
            write_file(folder / fmt::format("student {:03}", i) / lessons[k]->source.filename(),
                       read_file(program) + fmt::format("// file {}\n", ++files));
        }
    }
}

Command program(std::vector<std::string> arguments) {
    Command command;
    command.arguments = std::move(arguments);
    command.environment = inherited_environment();
    command.limits.wall_seconds = 7200;
    command.limits.output_bytes = command.limits.output_kept = std::size_t{16} << 20;
    return command;
}

Ended run_or_fail(const Command& command) {
    Ended ended = run(command);
    if (!ended.succeeded()) {
        throw KitError(fmt::format("bench: '{}' failed:\n{}", fmt::join(command.arguments, " "),
                                   ended.output));
    }
    return ended;
}

Command grade_command(const Course& course, const fs::path& submissions, const fs::path& out) {
    return program({(course.build / "lab_grade").string(), "grade", submissions.string(), "--out",
                    out.string(), "--jobs", std::to_string(jobs)});
}

/// The same compiler, flags and number at a time, and nothing else.
double compile_seconds(const Toolchain& toolchain, const fs::path& submissions) {
    double seconds = 0;
    const TemporaryFolder objects;
    std::vector<fs::path> sources;
    for (const auto& entry : fs::recursive_directory_iterator(submissions)) {
        if (entry.is_regular_file()) sources.push_back(entry.path());
    }
    const auto start = std::chrono::steady_clock::now();
    compile_all(toolchain, sources, objects.path());
    seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return seconds;
}

long kilobytes(const fs::path& status, const std::string& key) {
    std::ifstream file(status);
    for (std::string line; std::getline(file, line);) {
        if (line.rfind(key + ":", 0) == 0) return std::atol(line.c_str() + key.size() + 1);
    }
    return 0;
}

/// The most that the grader and its judges held at once while they graded, without the compilers
/// and the students' programs, whose memory has limits of its own.
long peak_kilobytes(const Command& command) {
    std::atomic<bool> over = false;
    long peak = 0;
    std::thread watcher([&] {
        while (!over) {
            long sum = 0;
            for (const auto& entry : fs::directory_iterator("/proc")) {
                std::ifstream file(entry.path() / "comm");
                std::string name;
                std::getline(file, name);
                if (name == "lab_grade" || name == "judge") {
                    sum += kilobytes(entry.path() / "status", "RssAnon");
                }
            }
            peak = std::max(peak, sum);
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
        }
    });
    const Ended ended = run(command);
    over = true;
    watcher.join();
    if (!ended.succeeded()) throw KitError("bench: grading failed:\n" + ended.output);
    return peak;
}

void bench_time(const Course& course, std::size_t students) {
    std::vector<const Lesson*> lessons;
    for (const Lesson& lesson : course.lessons) lessons.push_back(&lesson);
    const Toolchain toolchain = read_toolchain(course.build);
    std::mt19937_64 rng(seed);
    double compiling = 0, grading = 0;
    for (std::size_t done = 0; done < students; done += students_in_a_turn) {
        const TemporaryFolder folder;
        make_class(course, lessons, std::min(students_in_a_turn, students - done), rng,
                   folder.path() / "class");
        compiling += compile_seconds(toolchain, folder.path() / "class");
        grading +=
            run_or_fail(grade_command(course, folder.path() / "class", folder.path() / "out"))
                .seconds;
    }
    fmt::print(
        "grading {} students, {} lessons each, {} jobs: {:.0f} s; compiling alone {:.0f} s; ratio "
        "{:.2f} (promised: at most 1.30)\n",
        students, lessons.size(), jobs, grading, compiling, grading / compiling);
    std::fflush(stdout);

    // What a grader without this kit would do: a copy of everything, built and tested by ctest.
    const TemporaryFolder folder;
    make_class(course, lessons, 1, rng, folder.path() / "class");
    const fs::path copy = folder.path() / "kit";
    fs::create_directory(copy);
    for (const char* part : {"CMakeLists.txt", "CMakePresets.json", "cmake", "lessons", "solutions",
                             "tests", "tools"}) {
        fs::copy(course.root / part, copy / part, fs::copy_options::recursive);
    }
    for (const Lesson* lesson : lessons) {
        fs::copy_file(folder.path() / "class" / "student 000" / lesson->source.filename(),
                      copy / "lessons" / lesson->name / lesson->source.filename(),
                      fs::copy_options::overwrite_existing);
    }
    double afresh = 0;
    for (const std::vector<std::string>& step :
         {std::vector<std::string>{require_program("cmake"), "--preset", "student"},
          {require_program("cmake"), "--build", "build"}}) {
        Command command = program(step);
        command.directory = copy.string();
        afresh += run_or_fail(command).seconds;
    }
    Command ctest = program({require_program("ctest"), "--test-dir", "build"});
    ctest.directory = copy.string();
    afresh += run(ctest).seconds;  // its exit code says whether the student passed
    const double one = grading / static_cast<double>(students);
    fmt::print(
        "one student: graded in {:.2f} s; configured, built and run by ctest afresh in {:.0f} s; "
        "{:.0f} times the throughput (promised: at least 10)\n",
        one, afresh, afresh / one);
    std::fflush(stdout);
}

/// One lesson each, so that it does not take as long.
void bench_memory(const Course& course, std::size_t students) {
    const std::vector<const Lesson*> lessons{&course.lessons.at(1)};
    std::mt19937_64 rng(seed);
    std::vector<long> peaks;
    for (const std::size_t size : {std::max<std::size_t>(students / 10, 1), students}) {
        const TemporaryFolder folder;
        make_class(course, lessons, size, rng, folder.path() / "class");
        Command command = grade_command(course, folder.path() / "class", folder.path() / "out");
        command.arguments.insert(command.arguments.end(), {"--lessons", lessons[0]->number});
        peaks.push_back(peak_kilobytes(command));
    }
    fmt::print("memory of the grader and its judges: {} MB for {} students, {} MB for {}\n",
               peaks[0] / 1024, std::max<std::size_t>(students / 10, 1), peaks[1] / 1024, students);
}

}  // namespace

int bench(const Course& course, std::size_t students) {
    bench_memory(course, students);
    bench_time(course, students);
    return 0;
}

}  // namespace lab::grade
