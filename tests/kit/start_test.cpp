// ./lab at a terminal: the student's loop.
#include <fmt/format.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <csignal>
#include <fstream>

#include "scratch.h"
#include "terminal.h"

using namespace lab;
using namespace lab::kit;
using Catch::Matchers::ContainsSubstring;

namespace {

const tool::Lesson& lesson(const std::string& word) { return course().find(word); }

constexpr const char* keys = "save the file to grade it again";

}  // namespace

TEST_CASE("start shows where the student is, and grades on each save", "[start]") {
    const ScratchKit kit;
    const fs::path source = kit.source(lesson("01"));
    const std::string solution = tool::read_file(lesson("01").solution);
    tool::Terminal terminal({kit.program().string()}, kit.root());
    REQUIRE(terminal.shows(keys));
    CHECK_THAT(terminal.text(),
               ContainsSubstring(fmt::format("0 of {} lessons done", course().lessons.size())));
    CHECK_THAT(terminal.text(), ContainsSubstring("lessons/01_bernoulli_mask/bernoulli_mask.cpp"));
    CHECK_THAT(terminal.text(), ContainsSubstring("./lab hint 01"));
    CHECK_THAT(terminal.text(), ContainsSubstring("Not started yet"));

    SECTION("a save in place") {
        terminal.forget();
        std::ofstream(source) << solution;
        CHECK(terminal.shows("12 of 12 points"));
        CHECK(terminal.shows("Press n for the next lesson."));
        CHECK_THAT(terminal.text(),
                   ContainsSubstring(fmt::format("1 of {} lessons done", course().lessons.size())));
        // It never jumps on by itself.
        CHECK(terminal.text().find("lesson 02") == std::string::npos);

        terminal.forget();
        terminal.type("n");
        CHECK(terminal.shows("You are at lesson 02"));
        CHECK(terminal.shows("Not started yet"));
        CHECK(terminal.shows(keys));
        terminal.forget();
        std::ofstream(kit.source(lesson("02"))) << "#include \"inverted_scaling.h\"\nnonsense\n";
        CHECK(terminal.shows("inverted_scaling.cpp:2:"));
    }
    SECTION("a save by a new file that takes the old one's name") {
        terminal.forget();
        tool::write_file(source, solution);
        CHECK(terminal.shows("12 of 12 points"));
    }
    SECTION("a deleted file") {
        terminal.forget();
        fs::remove(source);
        CHECK(terminal.shows("is not there any more"));
        terminal.forget();
        terminal.type("r");
        CHECK(terminal.shows("[y/N]"));
        terminal.type("y");
        CHECK(terminal.shows("Not started yet"));
    }
    terminal.type("q");
    CHECK(terminal.exit_code() == 0);
}

TEST_CASE("the keys of start do what they say", "[start]") {
    const ScratchKit kit;
    tool::Terminal terminal({kit.program().string(), "start"}, kit.root());
    REQUIRE(terminal.shows(keys));
    terminal.type("h");
    CHECK(terminal.shows("1 of 3\r\n"));
    terminal.type("h");
    CHECK(terminal.shows("2 of 3\r\n"));
    terminal.type("l");
    CHECK(terminal.shows("03  The backward pass"));
    terminal.type("r");
    CHECK(terminal.shows("[y/N]"));
    terminal.type("n");
    CHECK(terminal.shows("Nothing was changed"));
    terminal.type("d");
    CHECK(terminal.shows("With the reference solution"));
    CHECK(terminal.shows("demos/01_kept_fraction.png"));
    CHECK(fs::exists(kit.root() / "demos" / "01_kept_fraction.png"));
    terminal.type("p");
    CHECK(terminal.shows("There is no picture of this result"));
    terminal.forget();
    terminal.type("x");
    CHECK(terminal.shows("[h]") | terminal.shows("int"));
    terminal.type("q");
    CHECK(terminal.exit_code() == 0);
    CHECK_THAT(kit.lab({"progress"}).output, ContainsSubstring("2 hints seen"));
}

TEST_CASE("one key draws a student's output beside what is right", "[start]") {
    const ScratchKit kit;
    unsetenv("DISPLAY");
    unsetenv("WAYLAND_DISPLAY");
    const auto picture_of = [&](const std::string& number, const fs::path& mistake) {
        tool::Terminal terminal(
            {kit.program().string(), "start", number, "--source", mistake.string()}, kit.root());
        REQUIRE(terminal.shows("Press p for a picture"));
        terminal.forget();
        terminal.type("p");
        CHECK(terminal.shows("yours"));
        CHECK(terminal.shows(fmt::format("demos/{}_yours.png", number)));
        CHECK(fs::file_size(kit.root() / "demos" / (number + "_yours.png")) > 1000);
        terminal.type("q");
        CHECK(terminal.exit_code() == 0);
    };
    for (const char* number : {"01", "02"}) {
        const fs::path mistake =
            programs_in(course().root / "tests" / lesson(number).name / "mistakes").front();
        INFO(mistake);
        picture_of(number, mistake);
    }
}

TEST_CASE("Ctrl-C ends start tidily, also in the middle of a check", "[start]") {
    const ScratchKit kit;
    const tool::TemporaryFolder own;
    setenv("TMPDIR", own.path().c_str(), 1);
    tool::Terminal terminal({kit.program().string(), "start", "02"}, kit.root());
    unsetenv("TMPDIR");
    REQUIRE(terminal.shows(keys));
    terminal.forget();
    std::ofstream(kit.source(lesson("02")))
        << "#include \"inverted_scaling.h\"\nnamespace lab {\nMatrix dropout_forward(const Matrix& "
           "x, "
           "const Matrix&, double) { volatile int i = 1; while (i) {} return x; }\n}\n";
    REQUIRE(terminal.shows("grading"));
    terminal.shows("never shown", 2);
    terminal.type("\x03");
    CHECK(terminal.exit_code(5) == 130);
    CHECK(fs::is_empty(own.path()));
}

TEST_CASE("without a terminal start shows where the student is, once", "[start]") {
    const ScratchKit kit;
    const tool::Ended ended = kit.lab({});
    CHECK(ended.code == 0);
    CHECK_THAT(ended.output, ContainsSubstring("You are at lesson 01"));
    CHECK_THAT(ended.output, ContainsSubstring("./lab check 01"));
    CHECK(ended.output.find('\033') == std::string::npos);
}
