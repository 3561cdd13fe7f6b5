// ./lab doctor: what is installed, what would fail for want of it, and how to mend it.
#include <fmt/format.h>
#include <sys/statvfs.h>
#include <sys/utsname.h>

#include <filesystem>
#include <fstream>

#include "commands.h"
#include "error.h"
#include "folder.h"
#include "process.h"
#include "programs.h"
#include "report.h"

namespace lab::tool {
namespace fs = std::filesystem;
namespace {

struct Finding {
    bool good = false;
    bool needed = true;  ///< false: the kit grades without it
    std::string what;
    std::string mend;
};

/// The first line that `program --version` prints.
std::string version_of(const std::string& program) {
    Command command;
    command.arguments = {program, "--version"};
    command.environment = inherited_environment();
    command.limits.wall_seconds = 10;
    command.limits.output_bytes = command.limits.output_kept = 1 << 16;
    const std::string output = run(command).output;
    return output.substr(0, output.find('\n'));
}

Finding program(const std::string& name, const std::string& package, bool needed,
                const std::string& used_for) {
    const std::string path = find_program(name);
    if (!path.empty()) return {true, needed, fmt::format("{:<12} {}", name, version_of(path)), ""};
    return {false, needed, fmt::format("{:<12} is missing: {}", name, used_for),
            "apt-get install " + package};
}

std::string system_name() {
    std::ifstream release("/etc/os-release");
    for (std::string line; std::getline(release, line);) {
        if (line.rfind("PRETTY_NAME=", 0) == 0) return line.substr(13, line.size() - 14);
    }
    utsname names{};
    uname(&names);
    return names.sysname;
}

/// Grades the first lesson's reference solution: everything that a check needs takes part.
Finding whole_check(const Course& course) {
    try {
        Checker checker(course);
        const Lesson& lesson = course.lessons.front();
        const LessonResult result = checker.check(lesson, lesson.solution);
        if (result.passed()) {
            return {true, true, "a check      of the first lesson's reference solution passes", ""};
        }
        return {false, true,
                "a check      of the first lesson's reference solution gives " + result.verdict +
                    "\n" + result.problem,
                "remove the folder build/ and type ./lab"};
    } catch (const KitError& error) {
        return {false, true, fmt::format("a check      fails: {}", error.what()),
                "remove the folder build/ and type ./lab"};
    }
}

Finding room() {
    const TemporaryFolder folder;
    struct statvfs system {};
    statvfs(folder.path().c_str(), &system);
    const double free_megabytes =
        static_cast<double>(system.f_bavail) * static_cast<double>(system.f_frsize) / 1e6;
    return {free_megabytes > 100, true,
            fmt::format("room         {:.0f} MB free in {}", free_megabytes,
                        folder.path().parent_path().string()),
            "make room, or let TMPDIR name another folder"};
}

Finding confinement() {
    return {confinement_works(), false,
            confinement_works()
                ? "seccomp      keeps what a student's code starts to itself"
                : "seccomp      is not available: a fork bomb in a student's code is not stopped",
            "run on a Linux kernel with seccomp"};
}

}  // namespace

int doctor(const Course& course) {
    const Toolchain toolchain = read_toolchain(course.build);
    const Colour colour = colour_of_standard_output();
    fmt::print("{}, kit in {}\n", system_name(), course.root.string());
    const std::vector<Finding> findings{
        {find_program(toolchain.compiler) != "" || fs::exists(toolchain.compiler), true,
         fmt::format("{:<12} {} ({})", "compiler", toolchain.compiler, toolchain.version),
         "apt-get install g++, then remove the folder build/ and type ./lab"},
        program("cmake", "cmake", true, "the kit cannot be built"),
        program("ninja", "ninja-build", true, "the kit cannot be built"),
        program("git", "git", true, "./lab reset cannot find a lesson's stub"),
        program("mold", "mold", false, "linking takes a third of a second longer"),
        program("gnuplot", "gnuplot-nox", false, "there are no plots"),
        program("gdb", "gdb", false, "./lab debug does not work"),
        program("clang-format", "clang-format", false, "./lab test cannot check the format"),
        program("clang-tidy", "clang-tidy", false, "./lab test cannot look for bugs"),
        {true, true, fmt::format("{:<12} {}", "LibTorch", toolchain.torch_version), ""},
        confinement(),
        room(),
        whole_check(course),
    };
    bool good = true;
    for (const Finding& finding : findings) {
        good = good && (finding.good || !finding.needed);
        const std::string mark = finding.good     ? green("✓", colour)
                                 : finding.needed ? red("✗", colour)
                                                  : "–";
        fmt::print("{} {}\n", mark, finding.what);
        if (!finding.good) fmt::print("             {}\n", finding.mend);
    }
    fmt::print("\n{}\n", good ? "Everything that grading needs is there."
                              : "What is marked ✗ has to be mended first.");
    return good ? 0 : 1;
}

}  // namespace lab::tool
