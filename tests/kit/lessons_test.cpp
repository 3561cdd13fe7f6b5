// What every lesson promises: its stub is no solution, its solution is right, its mistakes are
// killed and named, its alternatives are welcome.
#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "scratch.h"
#include "student_file.h"

using namespace lab;
using namespace lab::kit;
using nlohmann::json;

namespace {

tool::Command check_command(const tool::Lesson& lesson, const fs::path& source,
                            const std::string& seeds = "1") {
    tool::Command command;
    command.arguments = {(course().build / "lab").string(),
                         "check",
                         lesson.name,
                         "--source",
                         source.string(),
                         "--seed",
                         seeds,
                         "--json"};
    command.environment = tool::inherited_environment();
    command.limits.wall_seconds = 300;
    command.limits.output_bytes = command.limits.output_kept = std::size_t{16} << 20;
    return command;
}

/// Grades the programs as ./lab check does, two at a time.
std::vector<json> check_all(const tool::Lesson& lesson, const std::vector<fs::path>& programs,
                            const std::string& seeds = "1") {
    std::vector<tool::Command> commands;
    for (const fs::path& program : programs) {
        commands.push_back(check_command(lesson, program, seeds));
    }
    std::vector<json> results;
    for (const tool::Ended& ended : tool::run_all(commands, 2)) {
        json result = json::parse(ended.output, nullptr, false);
        if (result.is_discarded()) result = {{"verdict", "no JSON: " + ended.output}};
        result["exit_code"] = ended.code;
        results.push_back(std::move(result));
    }
    return results;
}

/// The diagnosis that a mistake's first line promises.
std::string promised_diagnosis(const fs::path& program) {
    const std::string prefix = "// Diagnosis: ";
    std::ifstream file(program);
    std::string line;
    std::getline(file, line);
    return line.rfind(prefix, 0) == 0 ? line.substr(prefix.size()) : "";
}

fs::path tests_of(const tool::Lesson& lesson) { return course().root / "tests" / lesson.name; }

}  // namespace

TEST_CASE("every stub compiles without a warning and passes no test", "[lessons]") {
    const tool::TemporaryFolder folder;
    for (const tool::Lesson& lesson : course().lessons) {
        INFO(lesson.name);
        const fs::path stub = folder.path() / lesson.source.filename();
        tool::write_file(stub, tool::stub_of(course(), lesson));
        const json result = check_all(lesson, {stub}).front();
        CHECK(result["exit_code"] == 1);
        CHECK(result["verdict"] == "not_started");
        CHECK(result["points"] == 0);
        CHECK(result["compiler_output"] == "");
        CHECK(result["tests"].size() == lesson.tests.size());
        for (const json& test : result["tests"]) {
            INFO(test["name"]);
            CHECK(test["verdict"] == "not_started");
        }
    }
}

TEST_CASE("every solution passes and fits on one screen", "[lessons]") {
    for (const tool::Lesson& lesson : course().lessons) {
        INFO(lesson.name);
        const json result = check_all(lesson, {lesson.solution}).front();
        CHECK(result["exit_code"] == 0);
        CHECK(result["verdict"] == "passed");
        CHECK(result["points"] == lesson.points);
        CHECK(result["compiler_output"] == "");
        const std::string text = tool::read_file(lesson.solution);
        CHECK(std::count(text.begin(), text.end(), '\n') <= 60);
    }
}

TEST_CASE("every mistake fails, with its own diagnosis, which docs/json.md explains", "[lessons]") {
    const std::string documentation = tool::read_file(course().root / "docs" / "json.md");
    for (const tool::Lesson& lesson : course().lessons) {
        const std::vector<fs::path> programs = programs_in(tests_of(lesson) / "mistakes");
        CHECK(programs.size() >= 8);
        const std::vector<json> results = check_all(lesson, programs);
        for (std::size_t i = 0; i < programs.size(); ++i) {
            INFO(lesson.name << ": " << programs[i].filename());
            const std::string promised = promised_diagnosis(programs[i]);
            CHECK(promised != "");
            CHECK(documentation.find("`" + promised + "`") != std::string::npos);
            CHECK(results[i]["exit_code"] == 1);
            CHECK(results[i]["verdict"] == "failed");
            CHECK(results[i].value("diagnosis", json()) == promised);
        }
    }
}

TEST_CASE("every alternative passes under 200 seeds", "[lessons]") {
    for (const tool::Lesson& lesson : course().lessons) {
        const std::vector<fs::path> programs = programs_in(tests_of(lesson) / "alternatives");
        CHECK(programs.size() >= 4);
        const std::vector<json> results = check_all(lesson, programs, "1..200");
        for (std::size_t i = 0; i < programs.size(); ++i) {
            INFO(lesson.name << ": " << programs[i].filename() << "\n" << results[i].dump(1));
            CHECK(results[i]["verdict"] == "passed");
            CHECK(results[i]["compiler_output"] == "");
        }
    }
}

TEST_CASE("every lesson has its text, three hints for each function, and a preset", "[lessons]") {
    const json presets = json::parse(tool::read_file(course().root / "CMakePresets.json"));
    std::set<std::string> names;
    for (const json& preset : presets["testPresets"]) names.insert(preset["name"]);
    for (const tool::Lesson& lesson : course().lessons) {
        INFO(lesson.name);
        CHECK(tool::read_file(lesson.folder / "README.md").size() > 500);
        CHECK(fs::exists(lesson.header));
        CHECK(names.count("lesson-" + lesson.number) == 1);
        for (const tool::FunctionHints& hints : tool::read_hints(lesson)) {
            CHECK(hints.levels.size() == 3);
        }
        std::set<std::string> test_names;
        for (const tool::TestEntry& test : lesson.tests) test_names.insert(test.name);
        CHECK(test_names.size() == lesson.tests.size());
    }
    CHECK(names.size() == course().lessons.size() + 1);  // and the hidden one they inherit from
}
