// Format and lint, so that a person finds out before a reviewer does.
#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
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

/// A program that includes sources which are compiled alike. clang-tidy looks at all of them for
/// the price of one's headers, which is most of the time that it takes. The analyzer knows such a
/// program by its name and takes what it includes for sources, not for headers.
class UnifiedSource {
public:
    UnifiedSource(const fs::path& folder, const std::string& flags,
                  const std::vector<std::string>& sources)
        : folder_(folder), sources_(sources) {
        const std::string program = (folder / "UnifiedSource.cpp").string();
        std::string includes;
        for (const std::string& source : sources) {
            includes += fmt::format("#include \"{}\"  // NOLINT\n", source);
        }
        tool::write_file(program, includes);
        const nlohmann::json entry{{"directory", course().build.string()},
                                   {"command", flags + " -c " + program},
                                   {"file", program}};
        tool::write_file(folder / "compile_commands.json", nlohmann::json::array({entry}).dump());
    }

    tool::Command tidy(const std::string& clang_tidy) const {
        tool::Command command;
        command.arguments = {clang_tidy,
                             "--quiet",
                             "--warnings-as-errors=*",
                             "--config-file=" + (course().root / ".clang-tidy").string(),
                             "--header-filter=\\.cpp$",
                             "-p",
                             folder_.string(),
                             (folder_ / "UnifiedSource.cpp").string()};
        command.environment = tool::inherited_environment();
        command.limits.wall_seconds = 300;
        command.limits.output_bytes = command.limits.output_kept = std::size_t{4} << 20;
        return command;
    }

    const std::vector<std::string>& sources() const { return sources_; }

private:
    fs::path folder_;
    std::vector<std::string> sources_;
};

/// The sources by the flags that the build compiles them with; some are compiled in several ways.
std::map<std::string, std::set<std::string>> by_flags(const std::vector<std::string>& sources) {
    std::map<std::string, std::set<std::string>> result;
    const std::string database = tool::read_file(course().build / "compile_commands.json");
    for (const nlohmann::json& entry : nlohmann::json::parse(database)) {
        const std::string command = entry.at("command"), file = entry.at("file");
        if (std::find(sources.begin(), sources.end(), file) == sources.end()) continue;
        result[command.substr(0, command.find(" -o "))].insert(file);
    }
    return result;
}

/// Runs clang-tidy over the sources, at most `together` in one program. Returns what it says of
/// each program in which it finds something, and the sources of these.
std::map<std::string, std::vector<std::string>> tidy(const std::string& clang_tidy,
                                                     const std::vector<std::string>& sources,
                                                     std::size_t together) {
    const tool::TemporaryFolder folder;
    std::vector<UnifiedSource> programs;
    for (const auto& [flags, alike] : by_flags(sources)) {
        // Neighbours in the alphabet, which have most names in common, go into different programs.
        std::vector<std::vector<std::string>> dealt((alike.size() + together - 1) / together);
        std::size_t next = 0;
        for (const std::string& source : alike) dealt[next++ % dealt.size()].push_back(source);
        for (const std::vector<std::string>& some : dealt) {
            programs.emplace_back(folder.path() / std::to_string(programs.size()), flags, some);
        }
    }
    std::vector<tool::Command> commands;
    for (const UnifiedSource& program : programs) commands.push_back(program.tidy(clang_tidy));
    const std::vector<tool::Ended> results = tool::run_all(commands, 2);
    std::map<std::string, std::vector<std::string>> found;
    for (std::size_t i = 0; i < results.size(); ++i) {
        if (results[i].succeeded()) continue;
        found[results[i].output + "\n"] = programs[i].sources();
    }
    return found;
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

TEST_CASE("clang-tidy finds nothing in the tool, the grader and the observer", "[style]") {
    const std::string clang_tidy = tool::find_program("clang-tidy");
    if (clang_tidy.empty()) SKIP("clang-tidy is not installed");
    // What was found good is not looked at again: the same file, headers and checks.
    const fs::path good = course().build / "tidy";
    const std::string headers = contents(files({"*.h", ".clang-tidy"}));
    std::map<std::string, fs::path> marks;
    std::vector<std::string> sources;
    const std::vector<std::string> all =
        files({"tools/lab/*.cpp", "tools/grade/*.cpp", "tests/observe/*.cpp", "solutions/*.cpp"});
    REQUIRE(all.size() > 10);
    for (const std::string& file : all) {
        const std::size_t hash = std::hash<std::string>{}(contents({file}) + headers);
        const fs::path mark =
            good / fmt::format("{}_{:x}", fs::path(file).filename().string(), hash);
        if (fs::exists(mark)) continue;
        sources.push_back((course().root / file).string());
        marks[sources.back()] = mark;
    }

    std::set<std::string> again;
    for (const auto& [output, some] : tidy(clang_tidy, sources, 7)) {
        again.insert(some.begin(), some.end());
    }
    // Alone, because two sources may have the same name for different things.
    const auto found = tidy(clang_tidy, {again.begin(), again.end()}, 1);

    for (const auto& [output, source] : found) {
        INFO(source.front() << "\n" << output.substr(0, 3000));
        CHECK(output.empty());
        marks.erase(source.front());
    }
    for (const auto& [source, mark] : marks) tool::write_file(mark, "");
}
