// Each command as a real process, used rightly and wrongly.
#include <fmt/format.h>

#include <array>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <chrono>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "scratch.h"
#include "terminal.h"

using namespace lab;
using namespace lab::kit;
using Catch::Matchers::ContainsSubstring;
using nlohmann::json;

namespace {

/// A dropout_forward with this body.
std::string forward(const std::string& body, const std::string& before = "") {
    return "#include \"inverted_scaling.h\"\n" + before +
           "\nnamespace lab {\nMatrix dropout_forward(const Matrix& x, const Matrix& mask, double "
           "p) "
           "{\n" +
           body + "\n}\n}  // namespace lab\n";
}

/// Grades a file with this content as lesson 02. The text that a user sees, and the JSON.
struct Graded {
    tool::Ended shown;
    json result;

    std::string verdict() const { return result["verdict"]; }
    /// The verdicts of the tests, without repetition.
    std::set<std::string> verdicts() const {
        std::set<std::string> all;
        for (const json& test : result["tests"]) all.insert(test["verdict"].get<std::string>());
        return all;
    }
};

Graded grade(const ScratchKit& kit, const std::string& content) {
    kit.write("mine.cpp", content);
    const std::string file = (kit.root() / "mine.cpp").string();
    Graded graded;
    graded.shown = kit.lab({"check", "02", "--source", file});
    graded.result = json::parse(kit.lab({"check", "02", "--source", file, "--json"}).output);
    return graded;
}

const tool::Lesson& lesson(const std::string& word) { return course().find(word); }

}  // namespace

TEST_CASE("check passes a solution, fails a stub, and says so by its exit code", "[cli]") {
    const ScratchKit kit;
    const tool::Ended stub = kit.lab({"check"});
    CHECK(stub.code == 1);
    CHECK_THAT(stub.output,
               ContainsSubstring("Not started yet. Read lessons/01_bernoulli_mask/README.md"));

    for (const char* word : {"02", "2", "02_inverted_scaling"}) {
        const tool::Ended passed =
            kit.lab({"check", word, "--source", lesson("02").solution.string()});
        CHECK(passed.code == 0);
        CHECK_THAT(passed.output, ContainsSubstring("✓ survivors are scaled by 1/(1-p)"));
        CHECK_THAT(passed.output, ContainsSubstring("14 of 14 points"));
    }
}

TEST_CASE("check --json is one object for a lesson and an array for several", "[cli]") {
    const ScratchKit kit;
    const json one = json::parse(kit.lab({"check", "03", "--json"}).output);
    CHECK(one.is_object());
    CHECK(one["lesson"] == "03_backward");
    CHECK(one["verdict"] == "not_started");
    CHECK(one["points"] == 0);
    CHECK(one["max_points"] == lesson("03").points);
    CHECK(one["diagnosis"].is_null());
    for (const json& test : one["tests"]) {
        for (const char* key :
             {"name", "verdict", "points", "max_points", "message", "diagnosis"}) {
            CHECK(test.contains(key));
        }
    }
    const json all = json::parse(kit.lab({"check", "--all", "--json"}).output);
    CHECK(all.is_array());
    CHECK(all.size() == course().lessons.size() + 1);
    CHECK(all.back()["lesson"] == "integration");
    CHECK(json::parse(kit.lab({"check", "01", "02", "--json"}).output).size() == 2);
}

TEST_CASE("points are partial, by test", "[cli]") {
    const ScratchKit kit;
    const json result =
        grade(kit, forward("return p == 1 ? Matrix(x * 0) : Matrix(x.cwiseProduct(mask) "
                           "/ static_cast<float>(1 - p));"))
            .result;
    CHECK(result["verdict"] == "failed");
    double points = 0;
    for (const json& test : result["tests"]) points += test["points"].get<double>();
    CHECK(result["points"] == points);
    CHECK(points > 0);
    CHECK(points < result["max_points"].get<double>());
}

TEST_CASE("wrong usage ends with 2 and names what is wrong", "[cli]") {
    const ScratchKit kit;
    struct Case {
        std::vector<std::string> arguments;
        std::string message;
    };
    const std::string solution = lesson("02").solution.string();
    for (const Case& wrong : std::vector<Case>{
             {{"check", "99"}, "there is no lesson '99'; the lessons are 01_bernoulli_mask"},
             {{"check", "02", "--source", "nowhere.cpp"}, "there is no file nowhere.cpp"},
             {{"check", "01", "02", "--source", solution}, "name the one lesson"},
             {{"check", "--all", "02"}, "--all takes no lessons"},
             {{"check", "02", "--seed", "x"}, "got 'x'"},
             {{"check", "02", "--seed", "-1"}, "--seed"},
             {{"check", "02", "--seed", "9..1"}, "backwards"},
             {{"check", "--nonsense"}, "--nonsense"},
             {{"hint", "02", "nonsense"}, "has no function 'nonsense'"},
             {{"solution"}, "LESSON is required"},
             {{"reset", "02"}, "say --yes"},
             {{"nonsense"}, "nonsense"}}) {
        const tool::Ended ended = kit.lab(wrong.arguments);
        INFO(fmt::format("{} ...\n{}", wrong.arguments.front(), ended.output));
        CHECK(ended.code == 2);
        CHECK_THAT(ended.output, ContainsSubstring(wrong.message));
    }
}

TEST_CASE("a failure shows the call, the numbers, LibTorch's, and the mistake", "[cli]") {
    const ScratchKit kit;
    const Graded graded = grade(
        kit, forward("if (!(p >= 0 && p <= 1)) throw std::invalid_argument(std::to_string(p));\n"
                     "return x.cwiseProduct(mask) / static_cast<float>(p);"));
    const std::string& text = graded.shown.output;
    CHECK_THAT(text, ContainsSubstring("dropout_forward(x, mask, p) with x 5×7, p = 0.2"));
    CHECK_THAT(text, ContainsSubstring(": yours "));
    CHECK_THAT(text, ContainsSubstring(", LibTorch "));
    CHECK_THAT(text, ContainsSubstring("Your output is x·mask/p."));
    CHECK_THAT(text, ContainsSubstring("Stuck? ./lab hint 02"));
    CHECK(graded.result["diagnosis"] == "scaled_by_p");
}

TEST_CASE("what the student's code printed is shown, without its control characters", "[cli]") {
    const ScratchKit kit;
    const Graded graded = grade(
        kit, forward("std::cout << \"here \\033[2J I am\\n\"; std::cerr << \"and there\\n\";\n"
                     "return x;",
                     "#include <iostream>\n"));
    CHECK_THAT(graded.shown.output, ContainsSubstring("Your code printed"));
    CHECK_THAT(graded.shown.output, ContainsSubstring("here ?[2J I am"));
    CHECK_THAT(graded.shown.output, ContainsSubstring("and there"));
    CHECK(graded.shown.output.find('\033') == std::string::npos);
}

TEST_CASE("a compile error names the student's line first, without Eigen's inside", "[cli]") {
    const ScratchKit kit;
    SECTION("a missing semicolon") {
        const Graded graded = grade(kit, forward("Matrix y = x\nreturn y;"));
        CHECK(graded.verdict() == "compile_error");
        CHECK_THAT(graded.shown.output, ContainsSubstring("mine.cpp:6: expected"));
        CHECK(graded.result["compiler_output"].get<std::string>().find("error") !=
              std::string::npos);
    }
    SECTION("a mistake inside of one of Eigen's templates") {
        const Graded graded = grade(kit, forward("return x.array() * mask;"));
        CHECK(graded.verdict() == "compile_error");
        CHECK_THAT(graded.shown.output, ContainsSubstring("mine.cpp:5: "));
        CHECK(std::count(graded.shown.output.begin(), graded.shown.output.end(), '\n') < 15);
        CHECK(graded.shown.output.find("/Eigen/src") == std::string::npos);
        const tool::Ended verbose =
            kit.lab({"check", "02", "--source", (kit.root() / "mine.cpp").string(), "--verbose"});
        CHECK_THAT(verbose.output, ContainsSubstring("/Eigen/src"));
    }
}

TEST_CASE("a crash names the signal, the call and the student's line", "[cli]") {
    const ScratchKit kit;
    const Graded graded =
        grade(kit, forward("Matrix y(x.rows(), x.cols());\nfloat* entry = y.data();\n"
                           "for (long i = 0; i < 100000000; ++i) entry[i] = 1;\nreturn y;"));
    CHECK(graded.verdicts() == std::set<std::string>{"crashed"});
    CHECK_THAT(graded.shown.output, ContainsSubstring("SIGSEGV"));
    CHECK_THAT(graded.shown.output, ContainsSubstring("in dropout_forward(x, mask, p) with x 5×7"));
    CHECK_THAT(graded.shown.output, ContainsSubstring("mine.cpp:7: heap-buffer-overflow"));
}

TEST_CASE("one of Eigen's assertions arrives with its expression", "[cli]") {
    const ScratchKit kit;
    const Graded graded = grade(kit, forward("Matrix y = x; y(x.rows(), 0) = 1; return y;"));
    CHECK_THAT(graded.shown.output, ContainsSubstring("row >= 0 && row < rows()"));
    CHECK(graded.result["diagnosis"] == "eigen_assertion");
}

TEST_CASE("an endless loop ends after five seconds, for all tests together", "[cli]") {
    const ScratchKit kit;
    kit.write("mine.cpp", forward("volatile int i = 1; while (i) {}\nreturn x;"));
    const tool::Ended ended =
        kit.lab({"check", "02", "--source", (kit.root() / "mine.cpp").string()});
    CHECK_THAT(ended.output, ContainsSubstring("did not finish within 5 s"));
    CHECK(ended.seconds < 12);
}

TEST_CASE("no program passes by ending, lying, hoarding or multiplying", "[cli]") {
    const std::array<ScratchKit, 2> kits;
    struct Case {
        const char* name;
        std::string program;
        std::set<std::string> verdicts;
    };
    const std::string pass = "All tests passed (42 assertions in 12 test cases)\\n";
    const std::string at_start = "namespace { struct Early { Early() { %; } } early; }\n";
    const auto early = [&](const std::string& code) {
        std::string text = at_start;
        return text.replace(text.find('%'), 1, code);
    };
    const std::vector<Case> hostile{
        Case{"exit(0) from a static constructor",
             forward("return x;", early("std::exit(0)")),
             {"ended_early"}},
        Case{"a fake report, then exit",
             forward("return x;", "#include <cstdio>\n#include <unistd.h>\n" +
                                      early("std::puts(\"" + pass + "\"); _exit(0)")),
             {"ended_early"}},
        Case{"a fake report on every descriptor",
             forward("for (int d = 0; d < 64; ++d) if (::write(d, \"passed\\n\", 7)) {}\n_exit(0);",
                     "#include <unistd.h>\n"),
             {"ended_early"}},
        Case{"100 GB of memory",
             forward("std::vector<char> big(100000000000); big[5] = 1; return x;",
                     "#include <vector>\n"),
             {"failed"}},
        Case{"a fork bomb", forward("for (;;) fork();", "#include <unistd.h>\n"), {"timed_out"}},
        Case{"a gigabyte of output",
             forward("std::string line(1 << 20, 'x'); for (int i = 0; i < 1024; ++i) std::cout << "
                     "line;\nreturn x;",
                     "#include <iostream>\n"),
             {"ended_early"}},
        Case{"deep recursion",
             forward(
                 "volatile int zero = 0; Matrix y = dropout_forward(x, mask, p + zero); y(0, 0) += "
                 "1; return y;"),
             {"crashed"}},
        Case{"an exception of no standard type", forward("throw 42;"), {"failed"}},
        Case{"kill of the parent",
             forward("kill(getppid(), SIGKILL); kill(-1, SIGKILL); return x;",
                     "#include <csignal>\n#include <unistd.h>\n"),
             {"failed", "passed"}}};
    std::vector<Graded> results(hostile.size());

    two_at_a_time(hostile.size(), [&](std::size_t i, std::size_t worker) {
        results[i] = grade(kits[worker], hostile[i].program);
    });

    for (std::size_t i = 0; i < hostile.size(); ++i) {
        INFO(hostile[i].name);
        const Graded& graded = results[i];
        CHECK(graded.verdict() == "failed");
        CHECK(graded.shown.code == 1);
        CHECK(graded.verdicts() == hostile[i].verdicts);
        CHECK(graded.result["points"].get<double>() <
              graded.result["max_points"].get<double>() / 3);
    }
}

TEST_CASE("a file that is deleted, empty or no text gets a clear word", "[cli]") {
    const ScratchKit kit;
    const fs::path source = kit.source(lesson("02"));
    SECTION("deleted") {
        fs::remove(source);
        const tool::Ended ended = kit.lab({"check", "02"});
        CHECK(ended.code == 1);
        CHECK_THAT(ended.output, ContainsSubstring("is not there any more"));
        CHECK_THAT(ended.output, ContainsSubstring("./lab reset 02"));
    }
    SECTION("empty") {
        CHECK_THAT(grade(kit, " \n\n").shown.output, ContainsSubstring("mine.cpp is empty"));
    }
    SECTION("UTF-16") {
        CHECK_THAT(grade(kit, std::string("\xff\xfe#\0i\0n\0", 8)).shown.output,
                   ContainsSubstring("mine.cpp:1: this line is not text in UTF-8"));
    }
    SECTION("Latin-1 in a comment") {
        CHECK_THAT(grade(kit, forward("return x;  // caf\xe9")).shown.output,
                   ContainsSubstring("mine.cpp:5: this line is not text in UTF-8"));
    }
    SECTION("Windows line ends") {
        std::string content = tool::read_file(lesson("02").solution);
        for (std::size_t at = 0; (at = content.find('\n', at)) != std::string::npos; at += 2) {
            content.replace(at, 1, "\r\n");
        }
        const Graded graded = grade(kit, content);
        CHECK(graded.verdict() == "passed");
        CHECK_THAT(graded.shown.output, ContainsSubstring("Windows line ends"));
    }
    SECTION("main") {
        const Graded graded = grade(kit, forward("return x;") + "int main() { return 0; }\n");
        CHECK(graded.verdict() == "compile_error");
        CHECK_THAT(graded.shown.output, ContainsSubstring("mine.cpp defines main()"));
    }
    SECTION("other parameters than the header's") {
        const Graded graded =
            grade(kit,
                  "#include \"inverted_scaling.h\"\nnamespace lab {\nMatrix "
                  "dropout_forward(const Matrix& x, float p) { return x * p; }\n}\n");
        CHECK_THAT(graded.shown.output,
                   ContainsSubstring("does not define dropout_forward as the header declares it"));
        CHECK_THAT(graded.shown.output, ContainsSubstring("const Matrix& mask, double p);"));
    }
    SECTION("a folder") {
        fs::create_directory(kit.root() / "folder.cpp");
        CHECK_THAT(kit.lab({"check", "02", "--source", "folder.cpp"}).output,
                   ContainsSubstring("is not a file"));
    }
}

TEST_CASE("hints say one more at each call, and stop at three", "[cli]") {
    const ScratchKit kit;
    const auto levels = tool::read_hints(lesson("02")).front().levels;
    const auto first_words = [](const std::string& text) { return text.substr(0, 20); };
    for (std::size_t shown = 1; shown <= 3; ++shown) {
        const std::string text = kit.lab({"hint", "02"}).output;
        for (std::size_t level = 0; level < 3; ++level) {
            CHECK((text.find(first_words(levels[level])) != std::string::npos) == (level < shown));
        }
    }
    CHECK_THAT(kit.lab({"hint", "02"}).output, ContainsSubstring("That is all there is"));
    CHECK_THAT(kit.lab({"progress"}).output, ContainsSubstring("3 hints seen"));
}

TEST_CASE("the solution is shown after passing, or when asked for", "[cli]") {
    const ScratchKit kit;
    const tool::Ended early = kit.lab({"solution", "01"});
    CHECK(early.code == 1);
    CHECK_THAT(early.output, ContainsSubstring("--reveal"));
    const std::string solution = tool::read_file(lesson("01").solution);
    CHECK(kit.lab({"solution", "01", "--reveal"}).output == solution);

    kit.write(lesson("01").shown_source(), solution);
    CHECK(kit.lab({"check", "01"}).code == 0);
    CHECK(kit.lab({"solution", "01"}).output == solution);
}

TEST_CASE("reset asks, keeps the student's file, and brings the stub back", "[cli]") {
    const ScratchKit kit;
    const fs::path source = kit.source(lesson("01"));
    const std::string stub = tool::read_file(source);
    const std::string mine = stub + "// hours of work\n";
    const auto kept = [&] {
        std::vector<std::string> contents;
        for (const fs::path& file : programs_in(kit.root() / ".lab/kept/01_bernoulli_mask")) {
            contents.push_back(tool::read_file(file));
        }
        return contents;
    };

    SECTION("after yes") {
        kit.write(lesson("01").shown_source(), mine);
        tool::Terminal terminal({kit.program().string(), "reset", "01"}, kit.root());
        REQUIRE(terminal.shows("[y/N]"));
        terminal.type("y\n");
        CHECK(terminal.exit_code() == 0);
        CHECK(tool::read_file(source) == stub);
        CHECK(kept() == std::vector<std::string>{mine});
    }
    SECTION("nothing after no") {
        kit.write(lesson("01").shown_source(), mine);
        tool::Terminal terminal({kit.program().string(), "reset", "01"}, kit.root());
        REQUIRE(terminal.shows("[y/N]"));
        terminal.type("\n");
        CHECK(terminal.shows("Nothing was changed"));
        CHECK(tool::read_file(source) == mine);
    }
    SECTION("also a deleted file, and one that the student committed") {
        fs::remove(source);
        CHECK(kit.lab({"reset", "01", "--yes"}).code == 0);
        CHECK(tool::read_file(source) == stub);

        const std::string solved = tool::read_file(lesson("01").solution);
        kit.write(lesson("01").shown_source(), solved);
        run_program({"/usr/bin/git", "-c", "user.name=s", "-c", "user.email=s@example.org",
                     "commit", "-qam", "done"},
                    kit.root());
        CHECK(kit.lab({"reset", "01", "--yes"}).code == 0);
        CHECK(tool::read_file(source) == stub);
        CHECK(kept() == std::vector<std::string>{solved});
    }
    SECTION("twice in one second") {
        for (const char* text : {"// one\n", "// two\n"}) {
            kit.write(lesson("01").shown_source(), mine + text);
            CHECK(kit.lab({"reset", "01", "--yes"}).code == 0);
        }
        CHECK(kept().size() == 2);
    }
}

TEST_CASE("progress and edits survive an update of the kit by git pull", "[cli]") {
    const ScratchKit kit;
    const std::string git = "/usr/bin/git";
    const std::vector<std::string> who{git, "-c", "user.name=t", "-c", "user.email=t@example.org"};
    const auto run_git = [&](const fs::path& folder, std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), who.begin(), who.end());
        return run_program(arguments, folder);
    };
    const tool::TemporaryFolder upstream;
    REQUIRE(
        run_program({git, "clone", "-q", kit.root().string(), (upstream.path() / "kit").string()})
            .succeeded());
    run_git(kit.root(), {"remote", "set-url", "origin", (upstream.path() / "kit").string()});

    const std::string solution = tool::read_file(lesson("01").solution);
    kit.write(lesson("01").shown_source(), solution);
    CHECK(kit.lab({"check", "01"}).code == 0);
    kit.lab({"hint", "02"});

    tool::write_file(upstream.path() / "kit" / "NEWS.md", "new\n");
    run_git(upstream.path() / "kit", {"add", "."});
    run_git(upstream.path() / "kit", {"commit", "-qm", "news"});
    const tool::Ended pulled = run_git(kit.root(), {"pull", "-q", "--ff-only"});
    INFO(pulled.output);
    CHECK(fs::exists(kit.root() / "NEWS.md"));
    CHECK(tool::read_file(kit.source(lesson("01"))) == solution);
    CHECK_THAT(kit.lab({"progress"}).output,
               ContainsSubstring(fmt::format("1 of {} lessons", course().lessons.size())));

    // What git or an editor overwrites later is still there as it was graded.
    kit.write(lesson("01").shown_source(), "// lost\n");
    CHECK(tool::read_file(kit.root() / ".lab/graded/01_bernoulli_mask/bernoulli_mask.cpp") ==
          solution);
}

TEST_CASE("a broken progress file is set aside, not lost", "[cli]") {
    const ScratchKit kit;
    kit.write(".lab/progress.json", "{\"current\": ");
    const tool::Ended ended = kit.lab({"list"});
    CHECK(ended.code == 0);
    CHECK_THAT(ended.output, ContainsSubstring("progress.json.broken"));
    CHECK(tool::read_file(kit.root() / ".lab/progress.json.broken") == "{\"current\": ");
}

TEST_CASE("another seed gives other inputs, the same seed the same", "[cli]") {
    const ScratchKit kit;
    kit.write("mine.cpp", forward("return x;"));
    const auto message = [&](const char* seed) {
        const json result = json::parse(
            kit.lab({"check", "02", "--source", "mine.cpp", "--seed", seed, "--json"}).output);
        return result["tests"][0]["message"].get<std::string>();
    };
    CHECK(message("7") == message("7"));
    CHECK(message("7") != message("8"));
}

TEST_CASE("doctor finds everything that grading needs", "[cli]") {
    const ScratchKit kit;
    const tool::Ended ended = kit.lab({"doctor"});
    INFO(ended.output);
    CHECK(ended.code == 0);
    CHECK_THAT(ended.output, ContainsSubstring("LibTorch"));
    CHECK_THAT(ended.output, ContainsSubstring("Everything that grading needs is there."));
}

TEST_CASE("a judge that is missing is the kit's fault, not the student's", "[cli]") {
    const ScratchKit kit;
    fs::remove(kit.root() / "build" / "judge");
    const tool::Ended ended =
        kit.lab({"check", "02", "--source", lesson("02").solution.string(), "--json"});
    CHECK(ended.code == 2);
    CHECK_THAT(ended.output, ContainsSubstring("./lab doctor"));
}

TEST_CASE("debug stops in the student's function, at the failing test", "[cli]") {
    if (!fs::exists("/usr/bin/gdb")) SKIP("gdb is not installed");
    const ScratchKit kit;
    kit.write("mine.cpp", forward("Matrix y = x;\nreturn y;"));
    tool::Terminal terminal({kit.program().string(), "debug", "02", "--source", "mine.cpp"},
                            kit.root());
    CHECK(terminal.shows("Test: survivors are scaled by 1/(1-p)"));
    REQUIRE(terminal.shows("(gdb)"));
    CHECK(terminal.shows("Breakpoint 1, ", 10));
    terminal.type("print p\n");
    CHECK(terminal.shows("= 0.2", 10));
    terminal.type("kill\n");
    CHECK(terminal.shows("(y or n)", 10));
    terminal.type("y\nquit\n");
    CHECK(terminal.exit_code() == 0);
}

TEST_CASE("no process and no folder is left behind", "[cli]") {
    const ScratchKit kit;
    const tool::TemporaryFolder own;
    kit.write("mine.cpp", forward("for (;;) {}\nreturn x;"));
    run_program({kit.program().string(), "check", "02", "--source", "mine.cpp"}, kit.root(),
                {"TMPDIR=" + own.path().string()});
    CHECK(fs::is_empty(own.path()));
    for (const auto& entry : fs::directory_iterator("/proc")) {
        std::error_code error;
        const fs::path program = fs::read_symlink(entry.path() / "exe", error);
        CHECK(program.string().rfind(own.path().string(), 0) != 0);
    }
}
