// What every lesson promises: its stub is no solution, its solution is right, its mistakes are
// killed and named, its alternatives are welcome.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <catch2/catch_test_macros.hpp>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "check.h"
#include "report.h"
#include "scratch.h"
#include "student_file.h"

using namespace lab;
using namespace lab::kit;
using nlohmann::json;

namespace {

/// Grades the programs as ./lab check --json does.
std::vector<json> check_all(const tool::Lesson& lesson, const std::vector<fs::path>& programs,
                            std::uint32_t last_seed = 1) {
    // Their judges load LibTorch once for all tests.
    static std::array<tool::Checker, 2> checkers{tool::Checker(course()), tool::Checker(course())};
    std::vector<json> results(programs.size());
    two_at_a_time(programs.size(), [&](std::size_t i, std::size_t worker) {
        try {
            results[i] = tool::to_json(checkers[worker].check(lesson, programs[i], 1, last_seed));
        } catch (const std::exception& error) {
            results[i] = {{"verdict", std::string("not graded: ") + error.what()}};
        }
    });
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

TEST_CASE("every solution passes and is short", "[lessons]") {
    for (const tool::Lesson& lesson : course().lessons) {
        INFO(lesson.name);
        const json result = check_all(lesson, {lesson.solution}).front();
        CHECK(result["verdict"] == "passed");
        CHECK(result["points"] == lesson.points);
        CHECK(result["compiler_output"] == "");
        const std::string text = tool::read_file(lesson.solution);
        CHECK(std::count(text.begin(), text.end(), '\n') <= 100);
    }
}

TEST_CASE("every mistake fails, with its own diagnosis, which docs/json.md explains", "[lessons]") {
    const std::string documentation = tool::read_file(course().root / "docs" / "json.md");
    for (const tool::Lesson& lesson : course().lessons) {
        const std::vector<fs::path> programs = programs_in(tests_of(lesson) / "mistakes");
        CHECK(programs.size() >= 10);
        const std::vector<json> results = check_all(lesson, programs);
        for (std::size_t i = 0; i < programs.size(); ++i) {
            INFO(lesson.name << ": " << programs[i].filename());
            const std::string promised = promised_diagnosis(programs[i]);
            CHECK(promised != "");
            CHECK(documentation.find("`" + promised + "`") != std::string::npos);
            CHECK(results[i]["verdict"] == "failed");
            CHECK(results[i].value("diagnosis", json()) == promised);
        }
    }
}

TEST_CASE("every alternative passes under 200 seeds", "[lessons]") {
    for (const tool::Lesson& lesson : course().lessons) {
        const std::vector<fs::path> programs = programs_in(tests_of(lesson) / "alternatives");
        CHECK(programs.size() >= 5);
        const std::vector<json> results = check_all(lesson, programs, 200);
        for (std::size_t i = 0; i < programs.size(); ++i) {
            INFO(lesson.name << ": " << programs[i].filename() << "\n" << results[i].dump(1));
            CHECK(results[i]["verdict"] == "passed");
            CHECK(results[i]["compiler_output"] == "");
        }
    }
}

TEST_CASE("the network that students are given is right, against LibTorch and finite differences",
          "[lessons]") {
    const tool::Ended ended =
        run_program({(course().build / "tests" / "kit" / "nn_tests").string()});
    INFO(ended.output);
    CHECK(ended.succeeded());
    CHECK(ended.output.find("All tests passed") != std::string::npos);
}

TEST_CASE("with all of a student's own code the article's network trains in step with LibTorch's",
          "[lessons]") {
    // A student whose files are the solutions, then with one mistake in each lesson in turn.
    tool::Course right = course();
    for (tool::Lesson& lesson : right.lessons) lesson.source = lesson.solution;
    const tool::LessonResult passed = tool::Checker(right).check_integration(1, 8);
    CHECK(passed.verdict == "passed");
    CHECK(passed.max_points == 0);

    const std::vector<std::pair<std::string, std::string>> mistakes{
        {"01", "bernoulli_of_p"}, {"02", "not_scaled"}, {"03", "not_scaled"},
        {"04", "fresh_mask"},     {"05", "no_dropout"}, {"06", "adamw_coupled"},
    };
    std::vector<tool::LessonResult> wrong(mistakes.size());
    two_at_a_time(mistakes.size(), [&](std::size_t i, std::size_t) {
        tool::Course student = right;
        for (tool::Lesson& lesson : student.lessons) {
            if (lesson.number != mistakes[i].first) continue;
            lesson.source = tests_of(lesson) / "mistakes" / (mistakes[i].second + ".cpp");
        }
        wrong[i] = tool::Checker(student).check_integration(1, 1);
    });
    for (std::size_t i = 0; i < mistakes.size(); ++i) {
        INFO(mistakes[i].first << " " << mistakes[i].second);
        CHECK(wrong[i].verdict == "failed");
        REQUIRE(wrong[i].tests.size() == 1);
        const std::string& message = wrong[i].tests[0].message;
        INFO(message);
        for (const tool::Lesson& lesson : right.lessons) {
            const bool named = message.find("\n    lesson " + lesson.number) != std::string::npos;
            CHECK(named == (lesson.number == mistakes[i].first));
        }
    }
}

TEST_CASE("two of a student's files that define one helper are both named", "[lessons]") {
    const ScratchKit kit;
    for (const tool::Lesson& lesson : course().lessons) {
        std::string content = tool::read_file(lesson.solution);
        if (lesson.number == "02" || lesson.number == "06") {
            content += "\nnamespace lab {\nint my_helper() { return 1; }\n}\n";
        }
        tool::write_file(kit.source(lesson), content);
    }
    const tool::Ended ended = kit.lab({"check", "--all"});
    INFO(ended.output);
    CHECK(ended.code == 1);
    CHECK(ended.output.find("lab::my_helper() is defined in two of your files") !=
          std::string::npos);
    const std::string end = ended.output.substr(ended.output.find("my_helper"));
    for (const tool::Lesson& lesson : course().lessons) {
        const bool named = end.find(lesson.shown_source()) != std::string::npos;
        CHECK(named == (lesson.number == "02" || lesson.number == "06"));
    }
}

TEST_CASE("the check of all code waits until the lessons are written", "[lessons]") {
    const ScratchKit kit;
    const tool::Ended ended = kit.lab({"check", "--all"});
    INFO(ended.output);
    CHECK(ended.code == 1);
    CHECK(ended.output.find("It waits until all of its lessons are written: make_mlp is not "
                            "written yet.") != std::string::npos);
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
