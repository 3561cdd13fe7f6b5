// ./lab debug: the student's code in the recorder, under gdb, at the failing test.
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "commands.h"
#include "error.h"
#include "programs.h"
#include "progress.h"

namespace lab::tool {
namespace fs = std::filesystem;

int debug(const Course& course, const std::string& word, const std::string& other_source) {
    const Lesson& lesson = course.find(word);
    const fs::path source = other_source.empty() ? lesson.source : fs::absolute(other_source);
    const std::string gdb = require_program("gdb");

    LessonResult result;
    {
        Checker checker(course);
        result = checker.check(lesson, source);
    }
    if (result.verdict == "compile_error") throw KitError(result.problem);
    const TestResult* failure = result.first_failure();
    const std::string test = failure ? failure->name : lesson.tests.front().name;
    if (!failure) fmt::print("Every test passes; this is the first one.\n");

    const fs::path folder = course.build / "debug" / lesson.name;
    fs::create_directories(folder);
    const Built built =
        build_recorder(read_toolchain(course.build), lesson, source, folder, Flavour::debugging);
    if (!built.ok) throw KitError(built.problem);

    // gdb hands the line to a shell.
    std::string quoted = test;
    for (std::size_t at = 0; (at = quoted.find('\'', at)) != std::string::npos; at += 4) {
        quoted.replace(at, 1, R"('\'')");
    }
    std::vector<std::string> arguments{
        gdb, "-q", "-ex", fmt::format("set args {0} {0} '{1}' 3>/dev/null", default_seed, quoted)};
    for (const std::string& function : lesson.functions) {
        arguments.insert(arguments.end(), {"-ex", "break lab::" + function});
    }
    arguments.insert(arguments.end(), {"-ex", "run", built.recorder.string()});

    fmt::print(
        "Test: {}\n"
        "The program stops where the test calls your function. next goes on by a line, print x "
        "shows\n"
        "a value, continue runs to the next call, quit ends.\n\n",
        test);
    std::fflush(stdout);
    std::vector<char*> pointers;
    for (std::string& argument : arguments) pointers.push_back(argument.data());
    pointers.push_back(nullptr);
    execv(gdb.c_str(), pointers.data());
    throw KitError(fmt::format("cannot start {}: {}", gdb, std::strerror(errno)));
}

}  // namespace lab::tool
