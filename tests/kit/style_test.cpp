// Format and lint, so that a person finds out before a reviewer does.
#include <fmt/format.h>

#include <catch2/catch_test_macros.hpp>
#include <functional>
#include <sstream>

#include "programs.h"
#include "scratch.h"

using namespace lab;
using namespace lab::kit;

namespace {

/// The files that git knows or would know, below the root, with one of these endings.
std::vector<std::string> files(const std::vector<std::string>& patterns) {
    std::vector<std::string> arguments{
        tool::require_program("git"), "-c", "safe.directory=*", "ls-files", "-co",
        "--exclude-standard",         "--"};
    arguments.insert(arguments.end(), patterns.begin(), patterns.end());
    std::istringstream list(run_program(arguments, course().root).output);
    std::vector<std::string> result;
    for (std::string line; std::getline(list, line);) {
        if (fs::exists(course().root / line)) result.push_back(line);
    }
    return result;
}

std::string contents(const std::vector<std::string>& names) {
    std::string all;
    for (const std::string& name : names) all += tool::read_file(course().root / name);
    return all;
}

/// The major version in "… version 14.0.6".
int major_version(const std::string& program) {
    const std::string text = run_program({program, "--version"}).output;
    const auto at = text.find("version ");
    return at == std::string::npos ? 0 : std::atoi(text.c_str() + at + 8);
}

}  // namespace

TEST_CASE("every C++ file is formatted as .clang-format says", "[style]") {
    const std::string clang_format = tool::find_program("clang-format");
    if (clang_format.empty()) SKIP("clang-format is not installed");
    std::vector<std::string> arguments{clang_format, "--dry-run", "-Werror"};
    for (const std::string& file : files({"*.cpp", "*.h"})) arguments.push_back(file);
    REQUIRE(arguments.size() > 20);

    const tool::Ended ended = run_program(arguments, course().root);

    INFO(ended.output.substr(0, 4000) << "\nTo mend it: clang-format -i FILE");
    // Other versions break some lines elsewhere; the files are kept as version 14 has them.
    if (major_version(clang_format) != 14) SKIP("this is not clang-format 14");
    CHECK(ended.succeeded());
}

TEST_CASE("clang-tidy finds nothing in the tool and the observer", "[style]") {
    const std::string clang_tidy = tool::find_program("clang-tidy");
    if (clang_tidy.empty()) SKIP("clang-tidy is not installed");
    // What was found good is not looked at again: the same file, headers and checks.
    const fs::path good = course().build / "tidy";
    const std::string headers = contents(files({"*.h", ".clang-tidy"}));
    std::vector<tool::Command> commands;
    std::vector<fs::path> marks;
    const std::vector<std::string> sources =
        files({"tools/lab/*.cpp", "tests/observe/*.cpp", "solutions/*.cpp"});
    REQUIRE(sources.size() > 10);
    for (const std::string& file : sources) {
        const std::size_t hash = std::hash<std::string>{}(contents({file}) + headers);
        const fs::path mark =
            good / fmt::format("{}_{:x}", fs::path(file).filename().string(), hash);
        if (fs::exists(mark)) continue;
        tool::Command command;
        command.arguments = {
            clang_tidy, "--quiet", "--warnings-as-errors=*", "-p", course().build.string(), file};
        command.directory = course().root.string();
        command.environment = tool::inherited_environment();
        command.limits.wall_seconds = 300;
        command.limits.output_bytes = command.limits.output_kept = std::size_t{4} << 20;
        commands.push_back(command);
        marks.push_back(mark);
    }

    const std::vector<tool::Ended> results = tool::run_all(commands, 2);

    for (std::size_t i = 0; i < results.size(); ++i) {
        INFO(commands[i].arguments.back() << "\n" << results[i].output.substr(0, 3000));
        CHECK(results[i].succeeded());
        if (results[i].succeeded()) tool::write_file(marks[i], "");
    }
}
