// ./lab grade over whole classes: what it keeps, and that nothing loses it.
#include <fmt/format.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <chrono>
#include <cmath>
#include <map>
#include <regex>
#include <set>
#include <thread>

#include "grader.h"
#include "points.h"
#include "programs.h"
#include "results.h"
#include "scratch.h"
#include "submissions.h"
#include "terminal.h"
#include "times.h"

using namespace lab;
using namespace lab::kit;
using Catch::Matchers::ContainsSubstring;

namespace {

const tool::Lesson& lesson(const std::string& word) { return course().find(word); }

std::string dropout_forward(const std::string& body) {
    return "#include \"inverted_scaling.h\"\n#include <iostream>\nnamespace lab {\nMatrix "
           "dropout_forward(const Matrix& x, const Matrix& mask, double p) {\n" +
           body + "\n}\n}  // namespace lab\n";
}

std::string solution(const std::string& number) { return tool::read_file(lesson(number).solution); }

/// Two divided by what should be one minus p: some tests pass, others fail.
const std::string scaled_by_p = dropout_forward(
    "if (!(p >= 0 && p <= 1)) throw std::invalid_argument(std::to_string(p));\n"
    "if (p == 0) return x;\n"
    "return (x.array() * mask.array() / static_cast<float>(p)).matrix();");

/// A folder of submissions, and the folder of their results.
struct Classroom {
    tool::TemporaryFolder folder;
    fs::path submissions = folder.path() / "submissions";
    fs::path out = folder.path() / "results";

    void hand_in(const std::string& student, const std::string& number,
                 const std::string& content) const {
        tool::write_file(submissions / student / lesson(number).source.filename(), content);
    }
    std::vector<std::string> arguments(const std::vector<std::string>& more = {}) const {
        std::vector<std::string> all{"grade", submissions.string(), "--out", out.string()};
        all.insert(all.end(), more.begin(), more.end());
        return all;
    }
    tool::Ended grade(const std::vector<std::string>& more = {}) const {
        std::vector<std::string> all{(course().build / "lab_grade").string()};
        for (const std::string& one : arguments(more)) all.push_back(one);
        return run_program(all);
    }
    grade::Results results() const { return grade::Results::open_to_read(out); }

    grade::LessonRow row(const std::string& student, const std::string& number) const {
        const auto found = results().lesson(student, lesson(number).name);
        REQUIRE(found.has_value());
        return *found;
    }
};

/// When each result came about; it stays the same for what is not graded again.
std::map<std::string, std::string> graded_at(const Classroom& class_) {
    std::map<std::string, std::string> times;
    const grade::Results results = class_.results();
    for (const grade::StudentRow& student : results.students()) {
        for (const grade::LessonRow& row : results.lessons(student.student, false)) {
            times[student.student + row.lesson] = row.graded_at + row.hash;
        }
    }
    return times;
}

}  // namespace

TEST_CASE("a class is graded by lesson and test, and what is missing costs its points only",
          "[grade]") {
    const Classroom class_;
    class_.hand_in("ada", "02", solution("02"));
    class_.hand_in("ada", "03", solution("03"));
    class_.hand_in("bob", "02", scaled_by_p);
    class_.hand_in("冯 \"quoted\" $(reboot)", "02", "#include \"inverted_scaling.h\"\nint x = ;\n");

    const tool::Ended ended = class_.grade({"--lessons", "02", "3"});

    INFO(ended.output);
    CHECK(ended.code == 0);
    CHECK_THAT(ended.output, ContainsSubstring("3 students: 6 lessons graded now, 0 unchanged"));
    const grade::LessonRow right = class_.row("ada", "02"), wrong = class_.row("bob", "02");
    CHECK(right.verdict == "passed");
    CHECK(right.points == lesson("02").points);
    CHECK(right.hash == grade::sha256(solution("02")));
    CHECK(right.circumstances.toolchain.find("LibTorch") != std::string::npos);
    CHECK(!right.circumstances.kit.empty());
    CHECK(!right.circumstances.isolation.empty());
    CHECK(wrong.verdict == "failed");
    CHECK(wrong.points > 0);
    CHECK(wrong.points < wrong.max_points);
    double points = 0;
    std::set<std::string> diagnoses;
    REQUIRE(wrong.tests.size() == lesson("02").tests.size());
    for (std::size_t i = 0; i < wrong.tests.size(); ++i) {
        CHECK(wrong.tests[i].name == lesson("02").tests[i].name);
        points += wrong.tests[i].points;
        diagnoses.insert(wrong.tests[i].diagnosis);
    }
    CHECK(points == wrong.points);
    CHECK(diagnoses.contains("scaled_by_p"));
    CHECK(class_.row("bob", "03").verdict == "not_submitted");
    CHECK(class_.row("bob", "03").points == 0);
    const grade::LessonRow broken = class_.row("冯 \"quoted\" $(reboot)", "02");
    CHECK(broken.verdict == "compile_error");
    CHECK_THAT(broken.problem, ContainsSubstring("inverted_scaling.cpp:2"));
    CHECK(broken.tests.front().verdict == "compile_error");
}

TEST_CASE("what has not changed is not graded again, and what has is said with its reason",
          "[grade]") {
    const Classroom class_;
    class_.hand_in("ada", "02", solution("02"));
    class_.hand_in("bob", "02", scaled_by_p);
    REQUIRE(class_.grade({"--lessons", "02"}).code == 0);
    const auto first = graded_at(class_);
    std::this_thread::sleep_for(std::chrono::milliseconds(1100));

    const tool::Ended again = class_.grade({"--lessons", "02"});
    CHECK_THAT(again.output, ContainsSubstring("0 lessons graded now, 2 unchanged"));
    CHECK(graded_at(class_) == first);

    class_.hand_in("bob", "02", solution("02") + "// mended\n");
    const tool::Ended mended = class_.grade({"--lessons", "02"});
    CHECK_THAT(mended.output, ContainsSubstring("1 lesson graded now, 1 unchanged"));
    CHECK_THAT(mended.output, ContainsSubstring("bob, lesson 02: "));
    CHECK_THAT(mended.output, ContainsSubstring("failed → passed (another file was handed in)"));

    const tool::Ended regraded = class_.grade({"--lessons", "02", "--regrade"});
    CHECK_THAT(regraded.output, ContainsSubstring("2 lessons graded now, 0 unchanged"));
    CHECK(regraded.output.find("Changed") == std::string::npos);
    CHECK(graded_at(class_).at("ada" + lesson("02").name) != first.at("ada" + lesson("02").name));

    // Handed in by nobody any more: kept, and said.
    fs::remove_all(class_.submissions / "ada");
    const tool::Ended gone = class_.grade({"--lessons", "02"});
    CHECK_THAT(gone.output, ContainsSubstring("not among these submissions (kept)"));
    CHECK(class_.row("ada", "02").verdict == "passed");
}

TEST_CASE("a run that is killed at any moment loses nothing and grades nothing twice", "[grade]") {
    const Classroom class_;
    constexpr int students = 8;
    for (int i = 0; i < students; ++i) {
        class_.hand_in(fmt::format("student {}", i), "02",
                       solution("02") + fmt::format("// {}\n", i));
    }
    std::map<std::string, std::string> before;
    std::size_t most = 0;
    for (int milliseconds = 700; most < students && milliseconds < 20'000; milliseconds += 350) {
        std::vector<std::string> words{(course().build / "lab_grade").string()};
        for (const std::string& one : class_.arguments({"--lessons", "02"})) words.push_back(one);
        std::vector<char*> arguments;
        for (std::string& word : words) arguments.push_back(word.data());
        arguments.push_back(nullptr);
        const pid_t process = fork();
        if (process == 0) {
            freopen("/dev/null", "w", stdout);
            execv(arguments[0], arguments.data());
            _exit(127);
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
        kill(process, SIGKILL);
        waitpid(process, nullptr, 0);

        if (!fs::exists(class_.out / "grades.db")) continue;
        const auto now = graded_at(class_);
        for (const auto& [key, time] : before) {
            INFO(key);
            CHECK(now.at(key) == time);  // kept, and not graded again
        }
        most = now.size();
        before = now;
    }
    const tool::Ended last = class_.grade({"--lessons", "02"});
    CHECK(last.code == 0);
    CHECK(graded_at(class_).size() == students);
    for (int i = 0; i < students; ++i) {
        CHECK(class_.row(fmt::format("student {}", i), "02").verdict == "passed");
    }
}

TEST_CASE("a second run in the same folder says so and ends", "[grade]") {
    const Classroom class_;
    class_.hand_in("ada", "02", solution("02"));
    const auto held = grade::Results::open_to_grade(class_.out);

    const tool::Ended second = class_.grade();

    CHECK(second.code == 2);
    CHECK_THAT(second.output, ContainsSubstring("another ./lab grade is working in"));
    CHECK_THAT(second.output, ContainsSubstring(class_.out.string()));
}

TEST_CASE("Ctrl-C stops a grading tidily and says how to go on", "[grade]") {
    const Classroom class_;
    for (int i = 0; i < 12; ++i) {
        class_.hand_in(fmt::format("student {}", i), "02",
                       solution("02") + fmt::format("// {}\n", i));
    }
    std::vector<std::string> words{(course().build / "lab_grade").string()};
    for (const std::string& one : class_.arguments({"--lessons", "02"})) words.push_back(one);
    tool::Terminal terminal(words, {});
    REQUIRE(terminal.shows(" of 12 students"));  // the progress bar
    CHECK(terminal.shows(" left"));

    terminal.type("\x03");

    CHECK(terminal.shows("the same command goes on from there"));
    CHECK(terminal.exit_code() == 130);
    const std::size_t kept = graded_at(class_).size();
    CHECK(kept >= 1);
    CHECK(kept < 12);
    CHECK_THAT(class_.grade({"--lessons", "02"}).output,
               ContainsSubstring(fmt::format("{} unchanged", kept)));
}

TEST_CASE("a fault of the kit's is no zero: it is listed first, and tried again", "[grade]") {
    const ScratchKit kit;
    const Classroom class_;
    class_.hand_in("ada", "02", solution("02"));
    class_.hand_in("bob", "02", scaled_by_p);
    const fs::path judge = kit.root() / "build" / "judge";
    fs::remove(judge);

    const tool::Ended failed = kit.lab(class_.arguments({"--lessons", "02"}));

    INFO(failed.output);
    CHECK(failed.code == 1);
    CHECK_THAT(failed.output, ContainsSubstring("Could not be graded, which is no zero"));
    CHECK_THAT(failed.output, ContainsSubstring("2 grader_error"));
    const grade::LessonRow row = class_.row("ada", "02");
    CHECK(row.verdict == "grader_error");
    CHECK_THAT(row.problem, ContainsSubstring("judge"));
    CHECK_FALSE(grade::score(row, course()).graded);

    fs::create_symlink(course().build / "judge", judge);
    const tool::Ended mended = kit.lab(class_.arguments({"--lessons", "02"}));
    CHECK(mended.code == 0);
    CHECK(class_.row("ada", "02").verdict == "passed");
    CHECK_THAT(mended.output, ContainsSubstring("it could not be graded before"));
}

TEST_CASE("numbers known from the public tests are of no use against a class secret", "[grade]") {
    const Classroom class_;
    // What the public tests hand to the function, as a student finds out by printing it.
    class_.hand_in("ada", "02",
                   dropout_forward("if (x.size() > 0) std::cout << \"seen \" << x(0, 0) << '\\n';\n"
                                   "return x;"));
    REQUIRE(class_.grade({"--lessons", "02"}).code == 0);
    std::set<std::string> seen;
    for (const grade::TestRow& test : class_.row("ada", "02").tests) {
        const std::regex number("seen (\\S+)");
        for (std::sregex_iterator one(test.printed.begin(), test.printed.end(), number), end;
             one != end; ++one) {
            seen.insert((*one)[1]);
        }
    }
    REQUIRE(seen.size() > 3);
    std::string known;
    for (const std::string& value : seen) {
        if (value.find_first_not_of("-+.0123456789e") != std::string::npos) continue;  // inf, nan
        known += fmt::format(
            "known = known || std::abs(x(0, 0) - ({0})) <= 1e-4 * (1 + std::abs({0}));\n", value);
    }
    std::string learned = solution("02");
    const auto brace = learned.find('{', learned.find("dropout_forward"));
    learned.insert(brace + 1,
                   "bool known = x.size() == 0 || !std::isfinite(x(0, 0));\nif (x.size() > 0) {\n" +
                       known + "}\nif (!known) return Matrix::Zero(1, 1);\n");
    class_.hand_in("ada", "02", "#include <cmath>\n" + learned);

    REQUIRE(class_.grade({"--lessons", "02"}).code == 0);
    for (const grade::TestRow& test : class_.row("ada", "02").tests) {
        INFO(test.name << ": " << test.message);
        CHECK(test.verdict == "passed");
    }

    const fs::path secret = class_.folder.path() / "secret";
    tool::write_file(secret, "an uncommon sentence of this class\n");
    const tool::Ended ended = class_.grade({"--lessons", "02", "--class-secret", secret.string()});
    CHECK_THAT(ended.output, ContainsSubstring("another class secret"));
    CHECK(class_.row("ada", "02").verdict == "failed");
    CHECK(class_.row("ada", "02").circumstances.secret.size() == 12);
    class_.hand_in("ada", "02", solution("02"));
    REQUIRE(class_.grade({"--lessons", "02", "--class-secret", secret.string()}).code == 0);
    CHECK(class_.row("ada", "02").verdict == "passed");

    CHECK(grade::seed_from_secret("one", "a") != grade::seed_from_secret("two", "a"));
    CHECK(grade::seed_from_secret("one", "a") != grade::seed_from_secret("one", "b"));
    tool::write_file(secret, "short\n");
    const tool::Ended weak = class_.grade({"--class-secret", secret.string()});
    CHECK(weak.code == 2);
    CHECK_THAT(weak.output, ContainsSubstring("can be guessed"));
}

TEST_CASE("what cannot be graded is named, with what to do", "[grade]") {
    const Classroom class_;
    const std::string nowhere = (class_.folder.path() / "nowhere").string();
    const auto grade = [&](const std::vector<std::string>& arguments) {
        std::vector<std::string> all{(course().build / "lab_grade").string()};
        all.insert(all.end(), arguments.begin(), arguments.end());
        const tool::Ended ended = run_program(all);
        CHECK(ended.code == 2);
        return ended.output;
    };
    CHECK_THAT(grade({"grade", nowhere, "--out", class_.out.string()}), ContainsSubstring(nowhere));
    CHECK_THAT(grade({"grade"}), ContainsSubstring("SUBMISSIONS"));
    class_.hand_in("ada", "02", solution("02"));
    CHECK_THAT(grade(class_.arguments({"--lessons", "99"})), ContainsSubstring("no lesson '99'"));
    CHECK_THAT(grade(class_.arguments({"--class-secret", nowhere})), ContainsSubstring(nowhere));
    tool::write_file(class_.out / "grades.db", "this is no database, and long enough to show it");
    CHECK_THAT(grade(class_.arguments()), ContainsSubstring("no database of ./lab grade"));
    CHECK(tool::read_file(class_.out / "grades.db").starts_with("this is no database"));
}

TEST_CASE("lateness comes from recorded times and the due date, and costs what the course says",
          "[grade]") {
    CHECK(grade::parse_time("1970-01-01T00:00:10Z") == 10);
    CHECK(grade::parse_time("2026-12-01T22:10:00+01:00") ==
          grade::parse_time("2026-12-01T16:10:00.25-05:00"));
    CHECK_FALSE(grade::parse_time("2026-12-01T22:10:00").has_value());
    CHECK_FALSE(grade::parse_time("2026-02-30T22:10:00Z").has_value());
    CHECK_FALSE(grade::parse_time("yesterday").has_value());

    const Classroom class_;
    class_.hand_in("ada", "02", solution("02"));
    class_.hand_in("bob, the late", "02", solution("02"));
    const fs::path times = class_.folder.path() / "times.csv";
    tool::write_file(times,
                     "student,submitted\nada,2026-12-01T12:00:00Z\n\"bob, the "
                     "late\",2026-12-02T12:00:01Z\nnobody,2026-12-02T12:00:01Z\n");
    const tool::Ended ended = class_.grade({"--lessons", "02", "--times", times.string()});
    CHECK(ended.code == 0);
    CHECK_THAT(ended.output, ContainsSubstring("nobody, named in"));

    tool::Course due = course();
    due.lessons[1].due = grade::parse_time("2026-12-01T12:00:00Z");
    due.lessons[1].late_penalty = 0.1;
    const grade::Score ada = grade::score(class_.row("ada", "02"), due);
    const grade::Score bob = grade::score(class_.row("bob, the late", "02"), due);
    CHECK(ada.days_late == 0);
    CHECK(ada.points == lesson("02").points);
    CHECK(bob.days_late == 2);
    CHECK(bob.earned == lesson("02").points);
    CHECK(std::abs(bob.points - 0.8 * lesson("02").points) < 1e-9);
    due.lessons[1].late_penalty = 0.6;
    CHECK(grade::score(class_.row("bob, the late", "02"), due).points == 0);

    tool::write_file(times, "student,submitted\nada,tomorrow\n");
    const tool::Ended wrong = class_.grade({"--times", times.string()});
    CHECK(wrong.code == 2);
    CHECK_THAT(wrong.output, ContainsSubstring("times.csv:2: 'tomorrow' is no time"));
}

TEST_CASE("a full disk stops the run with a clear word, and the database stays whole", "[grade]") {
    const Classroom class_;
    for (int i = 0; i < 12; ++i) {
        // Each test's output is kept in part, so that a result takes some room.
        class_.hand_in(fmt::format("student {:02}", i), "02",
                       dropout_forward("std::cout << std::string(5000, 'x');\nreturn x;") +
                           fmt::format("// {}\n", i));
    }
    const fs::path saved = class_.folder.path() / "saved" / "grades.db";
    fs::create_directories(saved.parent_path());
    fs::create_directories(class_.out);
    std::string command = fmt::format("'{}'", (course().build / "lab_grade").string());
    for (const std::string& one :
         class_.arguments({"--lessons", "02", "--unsafe", "--jobs", "1"})) {
        command += fmt::format(" '{}'", one);
    }
    command += fmt::format("; echo code $?; cp '{}' '{}'", (class_.out / "grades.db").string(),
                           saved.string());

    const tool::Ended ended =
        run_program({tool::require_program("bwrap"), "--dev-bind", "/", "/", "--size", "400000",
                     "--tmpfs", class_.out.string(), "sh", "-c", command});

    INFO(ended.output);
    CHECK_THAT(ended.output, ContainsSubstring("Is the disk full?"));
    CHECK_THAT(ended.output, ContainsSubstring("code 2"));
    // What was graded before is there, complete; on a disk with room the same command goes on.
    const auto results = grade::Results::open_to_read(saved.parent_path());
    std::size_t whole = 0;
    for (const grade::StudentRow& student : results.students()) {
        for (const grade::LessonRow& row : results.lessons(student.student)) {
            CHECK(row.tests.size() == lesson("02").tests.size());
            ++whole;
        }
    }
    CHECK(whole >= 1);
    CHECK(whole < 12);
    fs::copy_file(saved, class_.out / "grades.db");
    CHECK_THAT(class_.grade({"--lessons", "02", "--unsafe"}).output,
               ContainsSubstring(fmt::format("{} unchanged", whole)));
}
