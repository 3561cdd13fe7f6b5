// What ./lab export writes is read back here as the programs that it is for would read it.
#include <fmt/format.h>

#include <boost/property_tree/ptree.hpp>
#include <boost/property_tree/xml_parser.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <cmath>
#include <nlohmann/json.hpp>
#include <sstream>

#include "csv_table.h"
#include "error.h"
#include "escape.h"
#include "export_fill.h"
#include "export_formats.h"
#include "folder.h"
#include "points.h"
#include "scratch.h"

using namespace lab;
using namespace lab::grade;
using nlohmann::json;
namespace fs = std::filesystem;

namespace {

constexpr std::int64_t due = 1'796'083'200;  // 2026-12-01T00:00:00Z
constexpr std::int64_t day = 24 * 60 * 60;

/// Two lessons; the second one is due, and has a hidden test and one for later.
tool::Course two_lessons() {
    tool::Course course;
    tool::Lesson masks;
    masks.name = "01_bernoulli_mask";
    masks.number = "01";
    masks.title = "Bernoulli masks";
    masks.source = "bernoulli_mask.cpp";
    masks.points = 12;
    tool::Lesson scaling;
    scaling.name = "02_inverted_scaling";
    scaling.number = "02";
    scaling.title = "Inverted scaling";
    scaling.source = "inverted_scaling.cpp";
    scaling.points = 14;
    scaling.due = due;
    scaling.late_penalty = 0.1;
    scaling.tests = {{"a test to see", 6, tool::Visibility::visible},
                     {"a test that is hidden", 6, tool::Visibility::hidden},
                     {"a test for later", 2, tool::Visibility::after_due_date}};
    course.lessons = {masks, scaling};
    return course;
}

TestRow test(const std::string& name, const std::string& verdict, double max_points) {
    TestRow row;
    row.name = name;
    row.verdict = verdict;
    row.points = verdict == "passed" ? max_points : 0;
    row.max_points = max_points;
    row.seconds = 0.25;
    if (verdict != "passed") row.message = "message of " + name;
    return row;
}

LessonRow lesson(const std::string& student, const std::string& name, const std::string& verdict,
                 const std::vector<TestRow>& tests) {
    LessonRow row;
    row.student = student;
    row.lesson = name;
    row.verdict = verdict;
    row.tests = tests;
    row.submitted = due - day;
    row.hash = std::string(64, 'a');
    row.graded_at = "2026-12-05T10:00:00Z";
    for (const TestRow& one : tests) {
        row.points += one.points;
        row.max_points += one.max_points;
        row.seconds += one.seconds;
    }
    return row;
}

LessonRow masks_passed(const std::string& student) {
    return lesson(student, "01_bernoulli_mask", "passed",
                  {test("a third", "passed", 4), test("another third", "passed", 4),
                   test("the last third", "passed", 4)});
}

/// 8 of 14 points: the hidden test failed.
LessonRow scaling_failed(const std::string& student) {
    return lesson(student, "02_inverted_scaling", "failed",
                  {test("a test to see", "passed", 6), test("a test that is hidden", "failed", 6),
                   test("a test for later", "passed", 2)});
}

LessonRow not_graded_row(const std::string& student) {
    LessonRow row = lesson(student, "02_inverted_scaling", "grader_error", {});
    row.max_points = 14;
    row.problem = "the judge did not answer";
    return row;
}

Student student(const std::string& name) {
    return {{name, name, {}}, {masks_passed(name), scaling_failed(name)}};
}

std::vector<Student> students(const std::vector<std::string>& names) {
    std::vector<Student> all;
    for (const std::string& name : names) all.push_back(student(name));
    return all;
}

/// The file's cells, without the header.
std::vector<std::vector<std::string>> cells(const std::string& csv) {
    const CsvTable table(csv, "test.csv");
    std::vector<std::vector<std::string>> rows;
    for (const CsvRow& row : table.rows()) {
        auto& values = rows.emplace_back();
        for (const CsvCell& cell : row.cells) values.push_back(cell.value);
    }
    return rows;
}

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

bool any_contains(const std::vector<std::string>& lines, const std::string& part) {
    return std::any_of(lines.begin(), lines.end(),
                       [&](const std::string& line) { return contains(line, part); });
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
    for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
        text.replace(at, from.size(), to);
    }
    return text;
}

/// The file that is to be filled, and what was said when it was not.
struct Exported {
    tool::TemporaryFolder folder;
    fs::path path;

    explicit Exported(const std::string& content) : path(folder.path() / "exported.csv") {
        tool::write_file(path, content);
    }
    Filled moodle(const std::vector<Student>& students, const std::string& column = "") const {
        return fill_moodle(path, students, two_lessons(), column);
    }
    Filled canvas(const std::vector<Student>& students, const std::string& column = "") const {
        return fill_canvas(path, students, two_lessons(), column);
    }
};

template <typename Action>
std::string complaint(Action action) {
    try {
        action();
        return "";
    } catch (const tool::KitError& error) { return error.what(); }
}

// A worksheet as a German Moodle exports it for Excel.
const std::string german =
    "\xEF\xBB\xBF"
    "ID;\"Vollständiger Name\";ID-Nummer;E-Mail-Adresse;Status;Bewertung;Bestwertung;"
    "\"Bewertung kann geändert werden\";\"Zuletzt geändert (Bewertung)\";Feedback\r\n"
    "Teilnehmer/in4711;\"Müller; Anna\";12345678;anna@example.org;\"Zur Bewertung abgegeben\";;"
    "26,00;Ja;\"Mittwoch, 13. März 2024, 19:59\";\"zwei\r\nZeilen \"\"so\"\"\"\r\n"
    "Teilnehmer/in4712;Bob Ross;23456789;bob@example.org;\"Zur Bewertung abgegeben\";\"3,50\";"
    "26,00;Ja;-;\r\n"
    "Teilnehmer/in4713;王小明;34567890;wang@example.org;\"Nichts abgegeben\";;26,00;Ja;-;\r\n";

const std::string gradebook =
    "Student,ID,SIS User ID,SIS Login ID,Section,Notes,Bernoulli masks (901),"
    "02 Inverted scaling (902),Essay (903),Assignments Current Score,Final Score\n"
    ",,,,,,,Manual Posting,,,\n"
    "    Points Possible,,,,,,12.00,14.00,5.00,(read only),(read only)\n"
    "\"Doe, Jane\",11,S-11,jdoe,CS 1,,,,4.00,80.00,80.00\n"
    "\"Ross, Bob\",12,S-12,bross,CS 1,,EX,3.00,N/A,60.00,60.00\n"
    "\"Student, Test\",99,,abcdef,CS 1,,,,,,\n";

}  // namespace

TEST_CASE("points are exported with at most two decimals and no minus before zero", "[export]") {
    CHECK(points_text(13.999999) == "14");
    CHECK(points_text(13.5) == "13.5");
    CHECK(points_text(10.0 / 3) == "3.33");
    CHECK(points_text(0) == "0");
    CHECK(points_text(-1e-9) == "0");
    CHECK(points_text(100) == "100");
}

TEST_CASE("a name that a spreadsheet would run is exported as text", "[export]") {
    const std::string name =
        GENERATE(as<std::string>{}, "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1");
    CHECK(cells("a,b\n1," + spreadsheet_cell(name)).at(1).at(1) == "'" + name);
    CHECK(spreadsheet_cell("a=b") == "a=b");
}

TEST_CASE("names of any kind come back whole from the CSV file", "[export]") {
    const std::vector<std::string> names{
        "Ada Lovelace",   "O'Neil, \"Pat\"",    "王小明", "-dash", "=cmd|' /C calc'!A0",
        "line\\x0Abreak", std::string(255, 'x')};

    const auto rows = cells(to_csv(students(names), two_lessons()));

    REQUIRE(rows.size() == names.size() + 1);
    CHECK(rows[0] ==
          std::vector<std::string>{"student", "01_bernoulli_mask", "02_inverted_scaling", "total"});
    for (std::size_t i = 0; i < names.size(); ++i) {
        const bool formula = names[i][0] == '-' || names[i][0] == '=';
        CHECK(rows[i + 1] ==
              std::vector<std::string>{(formula ? "'" : "") + names[i], "12", "8", "20"});
    }
}

TEST_CASE("a late lesson is exported with its penalty, by the recorded time", "[export]") {
    Student ada = student("ada");
    ada.lessons[1].submitted = due + 2 * day - 1;
    const tool::Course course = two_lessons();

    CHECK(cells(to_csv({ada}, course))[1] == std::vector<std::string>{"ada", "12", "6.4", "18.4"});

    const json gradescope = json::parse(to_gradescope(ada, course));
    CHECK(gradescope["score"] == 18.4);
    CHECK(gradescope["tests"][3]["score"] == 6);
    CHECK(contains(gradescope["output"],
                   "02 Inverted scaling: handed in 2 days late, which costs "
                   "20 % of the points"));

    const json github = json::parse(to_github_classroom(ada, course));
    double sum = 0;
    for (const json& one : github["tests"]) sum += one["score"].get<double>();
    CHECK(points_text(sum) == "18.4");

    const json all = json::parse(to_json({ada}, course));
    CHECK(all["students"][0]["lessons"][1]["points"] == 6.4);
    CHECK(all["students"][0]["lessons"][1]["points_before_penalty"] == 8);
    CHECK(all["students"][0]["lessons"][1]["days_late"] == 2);
    CHECK(all["students"][0]["lessons"][1]["submitted"] == "2026-12-02T23:59:59Z");
}

TEST_CASE("a lesson that could not be graded is a zero in no format", "[export]") {
    Student ada = student("ada");
    ada.lessons[1] = not_graded_row("ada");
    const tool::Course course = two_lessons();

    CHECK(not_graded({ada}, course) ==
          std::vector<std::string>{"ada, 02_inverted_scaling: the judge did not answer"});
    CHECK(cells(to_csv({ada}, course))[1] == std::vector<std::string>{"ada", "12", "", ""});
    CHECK(cells(to_canvas_csv({ada}, course))[2] ==
          std::vector<std::string>{"ada", "", "", "", "", "12", ""});
    const Exported worksheet(german);
    ada.row.student = "bob@example.org";
    CHECK(worksheet.moodle({ada}).content == german);
    const std::string filled =
        Exported(gradebook).canvas({Student{{"bross", "", {}}, ada.lessons}}).content;
    CHECK(filled == gradebook);

    const json github = json::parse(to_github_classroom(ada, course));
    CHECK(github["status"] == "error");
    CHECK(github["max_score"] == 0);
    CHECK(github["tests"][3]["status"] == "error");
    CHECK(contains(to_junit({ada}, course), "<error type=\"grader_error\">"));
    CHECK_FALSE(contains(to_junit({ada}, course), "<failure"));
    const json all = json::parse(to_json({ada}, course));
    CHECK(all["students"][0]["points"].is_null());
    CHECK(all["students"][0]["lessons"][1]["points"].is_null());
}

TEST_CASE("a lesson that grading has not come to is listed, not counted as a zero", "[export]") {
    std::vector<Student> both = students({"ada", "bob"});
    both[1].lessons.pop_back();

    add_missing_lessons(both, two_lessons());

    REQUIRE(both[1].lessons.size() == 2);
    CHECK(both[1].lessons[1].max_points == 14);
    CHECK(
        any_contains(not_graded(both, two_lessons()), "bob, 02_inverted_scaling: not graded yet"));
    CHECK(cells(to_csv(both, two_lessons()))[2] == std::vector<std::string>{"bob", "12", "", ""});
}

TEST_CASE("a lesson that was not handed in is a zero", "[export]") {
    Student ada = student("ada");
    ada.lessons[1] = lesson("ada", "02_inverted_scaling", "not_submitted",
                            {test("a test to see", "not_submitted", 14)});
    ada.lessons[1].submitted.reset();
    CHECK(cells(to_csv({ada}, two_lessons()))[1] ==
          std::vector<std::string>{"ada", "12", "0", "12"});
}

TEST_CASE("Gradescope gets each test with its score, status, number and visibility", "[export]") {
    const json document = json::parse(to_gradescope(student("ada"), two_lessons()));

    CHECK(document["score"] == 20);
    CHECK(document["output_format"] == "text");
    CHECK(document["test_output_format"] == "text");
    REQUIRE(document["tests"].size() == 6);
    CHECK(document["tests"][0] == json{{"score", 4},
                                       {"max_score", 4},
                                       {"status", "passed"},
                                       {"name", "01 Bernoulli masks: a third"},
                                       {"number", "01.1"},
                                       {"output", ""},
                                       {"visibility", "visible"}});
    CHECK(document["tests"][4]["status"] == "failed");
    CHECK(document["tests"][4]["score"] == 0);
    CHECK(document["tests"][4]["max_score"] == 6);
    CHECK(document["tests"][4]["number"] == "02.2");
    CHECK(document["tests"][4]["visibility"] == "hidden");
    CHECK(document["tests"][5]["visibility"] == "after_due_date");
}

TEST_CASE("a file that does not compile gets its reason into every format", "[export]") {
    Student ada = student("ada");
    ada.lessons[1].verdict = "compile_error";
    ada.lessons[1].problem = "line 3: 'x' was not declared";
    for (TestRow& one : ada.lessons[1].tests) one.verdict = "compile_error", one.message = "";
    const tool::Course course = two_lessons();

    CHECK(contains(json::parse(to_gradescope(ada, course))["output"], "'x' was not declared"));
    CHECK(json::parse(to_gradescope(ada, course))["tests"][3]["output"] == ada.lessons[1].problem);
    CHECK(json::parse(to_github_classroom(ada, course))["tests"][3]["message"] ==
          ada.lessons[1].problem);
    CHECK(contains(to_junit({ada}, course), "&#39;x&#39; was not declared"));
    CHECK(json::parse(to_json({ada}, course))["students"][0]["lessons"][1]["problem"] ==
          ada.lessons[1].problem);
}

TEST_CASE("where nothing can be hidden, hidden tests are one test without a message", "[export]") {
    const Student ada = student("ada");
    const std::string github = to_github_classroom(ada, two_lessons());
    const std::string junit = to_junit({ada}, two_lessons());

    const json document = json::parse(github);
    REQUIRE(document["tests"].size() == 5);
    CHECK(document["tests"][4]["name"] == "02 Inverted scaling: hidden tests");
    CHECK(document["tests"][4]["score"] == 2);
    CHECK(document["tests"][4]["status"] == "fail");
    CHECK(document["tests"][4]["message"] == "1 of 2 passed.");
    for (const std::string& text : {github, junit}) {
        CHECK_FALSE(contains(text, "a test that is hidden"));
        CHECK_FALSE(contains(text, "a test for later"));
    }
}

TEST_CASE("GitHub Classroom's reporter gets what it reads of each test", "[export]") {
    Student ada = student("ada");
    const json failed = json::parse(to_github_classroom(ada, two_lessons()));
    CHECK(failed["version"] == 1);
    CHECK(failed["status"] == "fail");
    CHECK(failed["max_score"] == 26);
    CHECK(failed["tests"][0] == json{{"name", "01 Bernoulli masks: a third"},
                                     {"status", "pass"},
                                     {"score", 4},
                                     {"message", ""},
                                     {"test_code", ""},
                                     {"line_no", 0},
                                     {"filename", "lessons/01_bernoulli_mask/bernoulli_mask.cpp"},
                                     {"execution_time", "0.25s"}});

    ada.lessons.pop_back();
    CHECK(json::parse(to_github_classroom(ada, two_lessons()))["status"] == "pass");
}

TEST_CASE("the scores that GitHub Classroom adds up give the lesson's points", "[export]") {
    Student ada{{"ada", "ada", {}}, {}};
    std::vector<TestRow> tests;
    for (int i = 0; i < 7; ++i)
        tests.push_back(test(fmt::format("test {}", i), "passed", 12.0 / 7));
    ada.lessons = {lesson("ada", "01_bernoulli_mask", "passed", tests)};

    const json document = json::parse(to_github_classroom(ada, two_lessons()));

    double sum = 0;
    for (const json& one : document["tests"]) sum += one["score"].get<double>();
    CHECK(std::abs(sum - 12) < 1e-9);
    CHECK(document["max_score"] == 12);
}

TEST_CASE("JUnit XML is well-formed whatever names and messages hold", "[export]") {
    std::vector<Student> both = students({"<b> & \"q\" 'a' ]]>", "王小明"});
    TestRow& seen = both[0].lessons[0].tests[1];
    seen.verdict = "failed";
    seen.message = "at (0, 1): x < y && \"z\" ]]>\n\x1B[31m\x01 \xFF 王 \xEF\xBF\xBF\tend";

    const std::string xml = to_junit(both, two_lessons());

    for (const char c : xml)
        CHECK((static_cast<unsigned char>(c) >= 0x20 || c == '\n' || c == '\t'));
    CHECK_FALSE(contains(xml, "\xEF\xBF\xBF"));
    std::istringstream stream(xml);
    boost::property_tree::ptree tree;
    boost::property_tree::read_xml(stream, tree);
    std::vector<boost::property_tree::ptree> suites;
    for (const auto& [name, suite] : tree.get_child("testsuites")) {
        if (name == "testsuite") suites.push_back(suite);
    }
    REQUIRE(suites.size() == 4);
    CHECK(suites[0].get<std::string>("<xmlattr>.name") == "<b> & \"q\" 'a' ]]>/01_bernoulli_mask");
    CHECK(suites[0].get<int>("<xmlattr>.tests") == 3);
    CHECK(suites[0].get<int>("<xmlattr>.failures") == 1);
    CHECK(suites[0].get<int>("<xmlattr>.errors") == 0);
    std::vector<boost::property_tree::ptree> cases;
    for (const auto& [name, one] : suites[0]) {
        if (name == "testcase") cases.push_back(one);
    }
    REQUIRE(cases.size() == 3);
    CHECK(cases[1].get<std::string>("<xmlattr>.name") == "another third");
    CHECK(cases[1].get<std::string>("<xmlattr>.classname") ==
          "<b> & \"q\" 'a' ]]>/01_bernoulli_mask");
    CHECK(cases[1].get<double>("<xmlattr>.time") == 0.25);
    CHECK(cases[1].get<std::string>("<xmlattr>.file") ==
          "lessons/01_bernoulli_mask/bernoulli_mask.cpp");
    CHECK(cases[1].get<std::string>("failure") ==
          "at (0, 1): x < y && \"z\" ]]>\n?[31m? \uFFFD 王 [U+FFFF]\tend");
    CHECK(cases[0].count("failure") == 0);
}

TEST_CASE("one student's JUnit XML names the lesson alone", "[export]") {
    CHECK(contains(to_junit({student("ada")}, two_lessons()), "classname=\"01_bernoulli_mask\""));
}

TEST_CASE("JSON holds all that is known of a student", "[export]") {
    Student ada = student("ada");
    ada.row.notes = {"ignored: notes.txt"};
    ada.lessons[1].circumstances = {"v1+", "GNU 12", "bubblewrap", ""};
    ada.lessons[1].tests[1].diagnosis = "scaled_by_p";
    ada.lessons[1].tests[1].printed = "\xFF not UTF-8";
    tool::Comparison comparison;
    comparison.yours = Matrix::Constant(1, 2, std::nanf(""));
    comparison.target = Matrix::Constant(1, 2, 2.5F);
    comparison.target_name = "LibTorch";
    ada.lessons[1].tests[1].comparison = comparison;

    const json document = json::parse(to_json({ada}, two_lessons()));

    CHECK(document["version"] == 1);
    CHECK(document["lessons"][1]["lesson"] == "02_inverted_scaling");
    CHECK(document["lessons"][1]["max_points"] == 14);
    CHECK(document["lessons"][1]["due"] == "2026-12-01T00:00:00Z");
    CHECK(document["lessons"][0]["due"].is_null());
    const json& one = document["students"][0];
    CHECK(one["student"] == "ada");
    CHECK(one["points"] == 20);
    CHECK(one["max_points"] == 26);
    CHECK(one["notes"] == json{"ignored: notes.txt"});
    const json& row = one["lessons"][1];
    CHECK(row["verdict"] == "failed");
    CHECK(row["kit"] == "v1+");
    CHECK(row["isolation"] == "bubblewrap");
    CHECK(row["class_secret"].is_null());
    CHECK(row["tests"][1]["visibility"] == "hidden");
    CHECK(row["tests"][1]["diagnosis"] == "scaled_by_p");
    CHECK(row["tests"][0]["diagnosis"].is_null());
    CHECK(row["tests"][1]["comparison"]["target"] == json{{2.5, 2.5}});
    CHECK(row["tests"][1]["comparison"]["yours"] == json{{nullptr, nullptr}});
}

TEST_CASE("a CSV file is kept byte for byte but for what is replaced", "[export]") {
    const std::string file =
        GENERATE(as<std::string>{}, german, gradebook, "a,b\n1,2", "a\tb\r1\t\"2\n3\"\r",
                 "\n\na;b\n;\n1;2\n", "a,b\n\"x\"y,2\n");
    CHECK(CsvTable(file, "test.csv").bytes() == file);
}

TEST_CASE("a file that cannot be CSV is refused by name and line", "[export]") {
    CHECK(contains(complaint([] { CsvTable("a,b\n1,\"2\n", "x.csv"); }), "x.csv:2: a quote"));
    CHECK(contains(complaint([] {
                       CsvTable(
                           "\xFF\xFE"
                           "a",
                           "x.csv");
                   }),
                   "x.csv: this is UTF-16"));
    CHECK(contains(complaint([] { CsvTable("\n\n", "x.csv"); }), "x.csv: the file is empty"));
}

TEST_CASE("a German worksheet of Moodle's is filled, and nothing else in it changes", "[export]") {
    const std::string by = GENERATE(as<std::string>{}, "Müller_ Anna_4711_assignsubmission_file_",
                                    "Anna@Example.org", "Müller Anna");
    std::vector<Student> both = students({by, "Bob Ross"});
    both[0].lessons[1].submitted = due + 1;  // 12 + 8 * 0.9

    const Filled filled = Exported(german).moodle(both);

    CHECK(filled.content == replaced(replaced(german, "Zur Bewertung abgegeben\";;",
                                              "Zur Bewertung abgegeben\";19,2;"),
                                     "\"3,50\"", "\"20\""));
    CHECK(filled.notes.size() == 1);
    CHECK(any_contains(filled.notes, "line 5, 王小明: no such student was graded"));
}

TEST_CASE("Moodle's English worksheet gets points with a point", "[export]") {
    const std::string english =
        "Identifier,\"Full name\",\"Email address\",Status,Grade,\"Maximum Grade\",\"Grade can be "
        "changed\",\"Last modified (grade)\"\n"
        "\"Participant 1\",\"Ada Lovelace\",ada@example.org,\"No submission\",,26.00,Yes,-\n";
    std::vector<Student> ada = students({"Ada Lovelace_1_assignsubmission_file_lab"});
    ada[0].lessons[1].submitted = due + 1;
    CHECK(Exported(english).moodle(ada).content == replaced(english, ",,26.00", ",19.2,26.00"));
}

TEST_CASE("a comma in the points is quoted where cells end with commas", "[export]") {
    const std::string worksheet = "ID,Name,Bewertung,Bestwertung\nTeilnehmer/in1,Ada,,\"26,00\"\n";
    std::vector<Student> ada = students({"Ada"});
    ada[0].lessons[1].submitted = due + 1;
    CHECK(Exported(worksheet).moodle(ada).content == replaced(worksheet, "Ada,,", "Ada,\"19,2\","));
}

TEST_CASE("without any decimals in a worksheet, semicolons tell of a decimal comma", "[export]") {
    std::vector<Student> ada = students({"Ada"});
    ada[0].lessons[1].submitted = due + 1;
    const std::string worksheet = "ID;Name;Bewertung;Bestwertung\nTeilnehmer/in1;Ada;;26\n";
    CHECK(Exported(worksheet).moodle(ada).content == replaced(worksheet, "Ada;;", "Ada;19,2;"));
    CHECK(Exported(replaced(worksheet, "26", "26.0")).moodle(ada).content ==
          replaced(replaced(worksheet, "26", "26.0"), "Ada;;", "Ada;19.2;"));
}

TEST_CASE("who is in Moodle's worksheet must be beyond doubt", "[export]") {
    const std::string twins =
        "ID,Name,Grade,Maximum\nParticipant 1,Kim Lee,,26\nParticipant 2,Kim Lee,,26\n"
        "Participant 3,Ada,,26\n";
    const Exported worksheet(twins);
    SECTION("two lines have the student's name") {
        const std::string said = complaint([&] { worksheet.moodle(students({"Kim Lee"})); });
        CHECK(contains(said, "Kim Lee could be the lines 2 and 3"));
        CHECK(contains(said, "nothing was written"));
    }
    SECTION("the number tells them apart") {
        const Filled filled = worksheet.moodle(students({"Kim Lee_2_assignsubmission_file_"}));
        CHECK(filled.content == replaced(twins, "2,Kim Lee,", "2,Kim Lee,20"));
    }
    SECTION("two students have the same line") {
        CHECK(contains(complaint([&] {
                           worksheet.moodle(students({"Ada", "ada"}));
                       }),
                       "Ada and ada could both be line 4"));
    }
    SECTION("the number is another's: the worksheet is of another assignment") {
        CHECK(contains(
            complaint([&] { worksheet.moodle(students({"Ada_1_assignsubmission_file_"})); }),
            "could be the lines 2 and 4 (the number says one, the name another)"));
    }
    SECTION("a student who is not in it is listed") {
        const Filled filled = worksheet.moodle(students({"Zoe"}));
        CHECK(filled.content == twins);
        CHECK(any_contains(filled.notes, "Zoe: matches no line"));
    }
}

TEST_CASE("Moodle's column of grades is asked for when it cannot be told", "[export]") {
    const std::string two =
        "ID,Name,Draft,Of,Final,Out of\nParticipant 1,Ada,,26,,26\nParticipant 2,Bob,,26,,26\n";
    CHECK(contains(complaint([&] { Exported(two).moodle(students({"Ada"})); }),
                   "--grade-column \"Grade\". There are: ID, Name, Draft, Of, Final, Out of"));
    CHECK(Exported(two).moodle(students({"Ada"}), "Final").content ==
          replaced(two, "Ada,,26,,", "Ada,,26,20,"));
    CHECK(contains(complaint([&] { Exported(two).moodle(students({"Ada"}), "Grade"); }),
                   "--grade-column \"Grade\" is none of the columns"));
    CHECK(contains(complaint([&] { Exported(two).moodle(students({"Ada"}), "Name"); }),
                   "holds \"Ada\", which is no grade in points"));
    CHECK(contains(complaint([&] { Exported("a,b\n1,2\n").moodle(students({"Ada"})); }),
                   "no offline grading worksheet"));
}

TEST_CASE("another maximum than the course's is pointed out", "[export]") {
    const std::string worksheet = "ID,Name,Grade,Maximum\nParticipant 1,Ada,,\"100,00\"\n";
    CHECK(any_contains(Exported(worksheet).moodle(students({"Ada"})).notes,
                       "\"Grade\" has a maximum of 100,00, but these grades are out of 26"));
    CHECK(any_contains(
        Exported(replaced(gradebook, "14.00", "10.00")).canvas(students({"jdoe"})).notes,
        "\"02 Inverted scaling (902)\" has a maximum of 10.00, but these grades are out of 14"));
}

TEST_CASE("a gradebook of Canvas' is filled, and nothing else in it changes", "[export]") {
    const std::string jane =
        GENERATE(as<std::string>{}, "doejane_11_555_lab", "doejane_LATE_11_555_lab", "jdoe", "S-11",
                 "Jane Doe", "Doe Jane");

    const Filled filled = Exported(gradebook).canvas(students({jane, "bross"}));

    std::string expected = replaced(gradebook, "CS 1,,,,4.00", "CS 1,,12,8,4.00");
    expected = replaced(expected, "EX,3.00", "EX,8");
    CHECK(filled.content == expected);
    CHECK(filled.notes.size() == 2);
    CHECK(any_contains(filled.notes, "line 5, bross: \"EX\" in \"Bernoulli masks (901)\" is kept"));
    CHECK(any_contains(filled.notes, "line 6, Student, Test: no such student was graded"));
}

TEST_CASE("the total goes into one column of Canvas' when it is named", "[export]") {
    const std::string column = GENERATE(as<std::string>{}, "Essay", "Essay (903)");
    const Filled filled = Exported(gradebook).canvas(students({"jdoe"}), column);
    CHECK(filled.content == replaced(gradebook, "CS 1,,,,4.00", "CS 1,,,,20"));
    CHECK(contains(complaint([] { Exported(gradebook).canvas(students({"jdoe"}), "Final Score"); }),
                   "Canvas does not let the column \"Final Score\" be changed"));
    CHECK(contains(
        complaint([] {
            Exported(replaced(gradebook, "Inverted", "X")).canvas(students({"jdoe"}), "Quiz");
        }),
        "\"Quiz\" is none of the columns"));
}

TEST_CASE("what is no gradebook of Canvas', or has no lesson in it, is refused", "[export]") {
    CHECK(contains(complaint([] { Exported(german).canvas(students({"jdoe"})); }),
                   "no gradebook that Canvas exported"));
    const std::string other =
        replaced(replaced(gradebook, "Inverted", "X"), "Bernoulli masks", "Y");
    CHECK(contains(complaint([&] { Exported(other).canvas(students({"jdoe"})); }),
                   "no assignment in it has a lesson's name"));
    const std::string twice = replaced(gradebook, "Essay", "Inverted scaling");
    CHECK(contains(complaint([&] { Exported(twice).canvas(students({"jdoe"})); }),
                   "both \"02 Inverted scaling (902)\" and \"Inverted scaling (903)\""));
}

TEST_CASE("a gradebook made for Canvas knows students by id where it can", "[export]") {
    const auto rows =
        cells(to_canvas_csv(students({"doejane_LATE_11_555_lab", "=evil"}), two_lessons()));
    CHECK(rows[0] == std::vector<std::string>{"Student", "ID", "SIS User ID", "SIS Login ID",
                                              "Section", "01 Bernoulli masks",
                                              "02 Inverted scaling"});
    CHECK(rows[1] == std::vector<std::string>{"    Points Possible", "", "", "", "", "12", "14"});
    CHECK(rows[2] == std::vector<std::string>{"doejane", "11", "", "", "", "12", "8"});
    CHECK(rows[3] == std::vector<std::string>{"'=evil", "", "", "", "", "12", "8"});
}

TEST_CASE("./lab export writes what is in the database, and says what is not graded", "[export]") {
    const tool::TemporaryFolder folder;
    const fs::path graded = folder.path() / "graded";
    const std::string lab = (kit::course().build / "lab_grade").string();
    const auto run = [&](std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), {lab, "export", graded.string()});
        return kit::run_program(arguments, folder.path());
    };
    CHECK(contains(run({"--format", "csv"}).output, "holds no grades.db"));
    {
        Results results = Results::open_to_grade(graded);
        for (const Student& one : students({"-ada", "bob\x1B[2J"})) {
            results.put(one.row);
            for (const LessonRow& row : one.lessons) results.put(row);
        }
    }

    SECTION("to standard output") {
        const tool::Ended ended = run({"--format", "csv"});
        CHECK(ended.code == 0);
        CHECK(cells(ended.output)[1] == std::vector<std::string>{"'-ada", "12", "8", "20"});
    }
    SECTION("to a file, of which nothing else is left beside it") {
        const tool::Ended ended = run({"--format", "json", "--out", "all.json"});
        CHECK(ended.code == 0);
        CHECK(ended.output.empty());
        const json all = json::parse(tool::read_file(folder.path() / "all.json"));
        CHECK(all["students"].size() == 2);
        CHECK(std::distance(fs::directory_iterator(folder.path()), {}) == 2);
    }
    SECTION("one student, one lesson") {
        const tool::Ended ended =
            run({"--format", "gradescope", "--student=-ada", "--lesson", "2"});
        CHECK(ended.code == 0);
        CHECK(json::parse(ended.output)["score"] == 8);
        CHECK(json::parse(ended.output)["tests"].size() == 3);
    }
    SECTION("a class is filled into Moodle's worksheet") {
        tool::write_file(folder.path() / "sheet.csv",
                         "ID,Name,Grade,Maximum\nParticipant 1,-Ada,,26\n");
        const tool::Ended ended =
            run({"--format", "moodle", "--fill", "sheet.csv", "--out", "filled.csv"});
        CHECK(ended.code == 0);
        CHECK(tool::read_file(folder.path() / "filled.csv") ==
              "ID,Name,Grade,Maximum\nParticipant 1,-Ada,20,26\n");
        CHECK(contains(ended.output, "bob?[2J: matches no line"));
    }
    SECTION("what could not be graded comes first, and ends with code 1") {
        {
            Results results = Results::open_to_grade(graded);
            results.put(not_graded_row("-ada"));
        }
        const tool::Ended csv = run({"--format", "csv"});
        CHECK(csv.code == 1);
        CHECK(contains(csv.output, "-ada, 02_inverted_scaling: the judge did not answer"));
        CHECK(contains(csv.output, "'-ada,12,,\n"));
        const tool::Ended gradescope =
            run({"--format", "gradescope", "--student=-ada", "--out", "results.json"});
        CHECK(gradescope.code == 1);
        CHECK(contains(gradescope.output, "no results.json"));
        CHECK_FALSE(fs::exists(folder.path() / "results.json"));
        CHECK(run({"--format", "gradescope", "--student", "bob\x1B[2J"}).code == 0);
    }
    SECTION("a mistyped command says what to type") {
        const auto says = [&](const std::vector<std::string>& arguments, const std::string& part) {
            const tool::Ended ended = run(arguments);
            INFO(ended.output);
            CHECK(ended.code == 2);
            CHECK(contains(ended.output, part));
        };
        says({}, "Choose --format csv, canvas, moodle, gradescope, github, junit, json");
        says({"--format", "xls"}, "there is no format \"xls\". Choose --format csv, canvas");
        says({"--format", "github"}, "say which, with --student NAME. There are:\n  -ada\n  bob?");
        says({"--format", "csv", "--student", "Zoe"}, "there is no student \"Zoe\"");
        says({"--format", "moodle"}, "needs --fill FILE");
        says({"--format", "csv", "--fill", "x.csv"}, "--fill goes with");
        says({"--format", "canvas", "--grade-column", "x"}, "--grade-column goes with --fill");
        says({"--format", "moodle", "--fill", "none.csv"}, "none.csv");
        says({"--format", "csv", "--lesson", "3"}, "holds no results of 03_backward");
    }
}
