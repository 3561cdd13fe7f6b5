#include "export_formats.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>

#include "escape.h"
#include "points.h"
#include "text.h"

namespace lab::grade {
namespace {

using nlohmann::ordered_json;
using tool::Course;
using tool::Lesson;
using tool::printable;
using tool::Visibility;

/// "02 Inverted scaling"
std::string title_of(const Course& course, const std::string& name) {
    const Lesson* lesson = course.named(name);
    return lesson ? lesson->number + " " + lesson->title : name;
}

/// In the course's order; those that it does not know at the end.
std::vector<std::string> ordered(std::set<std::string> lessons, const Course& course) {
    std::vector<std::string> names;
    for (const Lesson& lesson : course.lessons) {
        if (lessons.erase(lesson.name) > 0) names.push_back(lesson.name);
    }
    names.insert(names.end(), lessons.begin(), lessons.end());
    return names;
}

std::vector<const LessonRow*> in_order(const Student& student, const Course& course) {
    std::set<std::string> lessons;
    for (const LessonRow& row : student.lessons) lessons.insert(row.lesson);
    std::vector<const LessonRow*> rows;
    for (const std::string& lesson : ordered(std::move(lessons), course)) {
        rows.push_back(find_row(student, lesson));
    }
    return rows;
}

/// To two decimals, and never -0.
double rounded(double points) { return std::round(points * 100) / 100 + 0.0; }

/// The points of what is graded; none: it is not.
std::optional<double> points_of(const Score& score) {
    return score.graded ? std::optional(score.points) : std::nullopt;
}

std::string cell_of(const Score& score) {
    const auto points = points_of(score);
    return points ? points_text(*points) : "";
}

/// What a test says when it has no message of its own.
std::string sentence_for(const std::string& verdict) {
    if (verdict == "passed") return "";
    if (verdict == "crashed") return "The program crashed.";
    if (verdict == "timed_out") return "The program did not finish in time.";
    if (verdict == "ended_early") return "The program ended early.";
    if (verdict == "out_of_memory") return "The program ran out of memory.";
    if (verdict == "compile_error") return "The file does not compile.";
    if (verdict == "not_submitted") return "The file was not handed in.";
    if (verdict == "not_started") return "Not written yet.";
    if (verdict == "grader_error") return "This could not be graded. It is not a zero.";
    return "The test failed.";
}

/// What a student may read of a test that they may see.
std::string text_of(const LessonRow& lesson, const TestRow& test) {
    std::string text = test.message;
    if (text.empty() && test.verdict != "passed") text = lesson.problem;
    if (text.empty()) text = sentence_for(test.verdict);
    if (!test.printed.empty()) {
        text += (text.empty() ? "" : "\n\n") + std::string("What the program printed:\n");
        text += test.printed;
    }
    return printable(text);
}

/// The lesson as one test: where there are no tests, or they say nothing because it was not graded.
TestRow whole_lesson(const LessonRow& lesson) {
    TestRow test;
    test.name = "the whole lesson";
    test.verdict = lesson.verdict;
    test.points = lesson.points;
    test.max_points = lesson.max_points;
    test.seconds = lesson.seconds;
    return test;
}

std::vector<TestRow> tests_of(const LessonRow& lesson) {
    if (lesson.tests.empty() || lesson.verdict == "grader_error") return {whole_lesson(lesson)};
    return lesson.tests;
}

/// For formats that know no visibility: the tests that are not visible become one, which says how
/// many there are and no more.
std::vector<TestRow> tests_to_show(const LessonRow& lesson, const Course& course) {
    std::vector<TestRow> shown;
    TestRow hidden;
    std::size_t count = 0, passed = 0;
    for (const TestRow& test : tests_of(lesson)) {
        if (visibility(course, lesson.lesson, test.name) == Visibility::visible) {
            shown.push_back(test);
            continue;
        }
        ++count;
        if (test.verdict == "passed") ++passed;
        hidden.points += test.points;
        hidden.max_points += test.max_points;
        hidden.seconds += test.seconds;
    }
    if (count > 0) {
        hidden.name = "hidden tests";
        hidden.verdict = passed == count ? "passed" : "failed";
        if (passed < count) hidden.message = fmt::format("{} of {} passed.", passed, count);
        shown.push_back(hidden);
    }
    return shown;
}

std::string late_text(const Score& score) {
    if (score.days_late == 0) return "";
    std::string text =
        fmt::format("handed in {} {} late", score.days_late, score.days_late == 1 ? "day" : "days");
    if (score.earned > 0) {
        // The share, not the points: those would give away what hidden tests say.
        text += fmt::format(", which costs {} % of the points",
                            points_text(100 * (1 - score.points / score.earned)));
    }
    return text;
}

/// `indent` -1: on one line. What is no UTF-8 is replaced.
std::string dumped(const ordered_json& document, int indent) {
    return document.dump(indent, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

const char* name_of(Visibility visibility) {
    switch (visibility) {
        case Visibility::hidden:
            return "hidden";
        case Visibility::after_due_date:
            return "after_due_date";
        default:
            return "visible";
    }
}

ordered_json text_or_null(const std::string& text) {
    return text.empty() ? ordered_json(nullptr) : ordered_json(text);
}

ordered_json rows_of(const Matrix& matrix) {
    ordered_json rows = ordered_json::array();
    for (Index i = 0; i < matrix.rows(); ++i) {
        ordered_json row = ordered_json::array();
        for (Index j = 0; j < matrix.cols(); ++j) row.push_back(matrix(i, j));
        rows.push_back(std::move(row));
    }
    return rows;
}

ordered_json json_of(const TestRow& test, const LessonRow& lesson, const Course& course) {
    ordered_json one;
    one["name"] = test.name;
    one["verdict"] = test.verdict;
    one["points"] = rounded(test.points);
    one["max_points"] = rounded(test.max_points);
    one["visibility"] = name_of(visibility(course, lesson.lesson, test.name));
    one["message"] = test.message;
    one["diagnosis"] = text_or_null(test.diagnosis);
    one["printed"] = test.printed;
    one["seconds"] = test.seconds;
    one["comparison"] = nullptr;
    if (test.comparison) {
        one["comparison"] = {{"target_name", test.comparison->target_name},
                             {"target", rows_of(test.comparison->target)},
                             {"yours", rows_of(test.comparison->yours)}};
    }
    return one;
}

/// points is null when not graded.
void add_score(ordered_json& object, const Score& score) {
    const auto points = points_of(score);
    object["points"] = points ? ordered_json(rounded(*points)) : ordered_json(nullptr);
    object["points_before_penalty"] =
        points ? ordered_json(rounded(score.earned)) : ordered_json(nullptr);
    object["max_points"] = rounded(score.max_points);
    object["days_late"] = score.days_late;
}

ordered_json json_of(const LessonRow& row, const Course& course) {
    ordered_json one;
    one["lesson"] = row.lesson;
    one["verdict"] = row.verdict;
    add_score(one, score(row, course));
    one["submitted"] = nullptr;
    if (row.submitted) one["submitted"] = utc_text(*row.submitted);
    one["hash"] = text_or_null(row.hash);
    one["seed"] = row.seed;
    one["problem"] = row.problem;
    one["warnings"] = row.warnings;
    one["seconds"] = row.seconds;
    one["graded_at"] = text_or_null(row.graded_at);
    one["kit"] = row.circumstances.kit;
    one["toolchain"] = row.circumstances.toolchain;
    one["isolation"] = row.circumstances.isolation;
    one["class_secret"] = text_or_null(row.circumstances.secret);
    one["tests"] = ordered_json::array();
    for (const TestRow& test : row.tests) one["tests"].push_back(json_of(test, row, course));
    return one;
}

/// What the columns of a lesson and of the total can hold at most.
double max_points_of(const std::vector<Student>& students, const std::string& lesson) {
    double most = 0;
    for (const Student& student : students) {
        const LessonRow* row = find_row(student, lesson);
        if (row) most = std::max(most, row->max_points);
    }
    return most;
}

}  // namespace

const LessonRow* find_row(const Student& student, const std::string& lesson) {
    const auto found = std::find_if(student.lessons.begin(), student.lessons.end(),
                                    [&](const LessonRow& row) { return row.lesson == lesson; });
    return found == student.lessons.end() ? nullptr : &*found;
}

std::vector<std::string> lessons_of(const std::vector<Student>& students, const Course& course) {
    std::set<std::string> present;
    for (const Student& student : students) {
        for (const LessonRow& row : student.lessons) present.insert(row.lesson);
    }
    return ordered(std::move(present), course);
}

void add_missing_lessons(std::vector<Student>& students, const Course& course) {
    for (const std::string& lesson : lessons_of(students, course)) {
        const double max_points = max_points_of(students, lesson);
        for (Student& student : students) {
            if (find_row(student, lesson)) continue;
            LessonRow& row = student.lessons.emplace_back();
            row.student = student.row.student;
            row.lesson = lesson;
            row.verdict = "grader_error";
            row.max_points = max_points;
            row.problem = "not graded yet; ./lab grade goes on where it was ended";
        }
    }
}

std::vector<std::string> not_graded(const std::vector<Student>& students, const Course& course) {
    std::vector<std::string> lines;
    for (const Student& student : students) {
        for (const LessonRow* row : in_order(student, course)) {
            if (score(*row, course).graded) continue;
            const std::string problem = printable(row->problem);
            lines.push_back(fmt::format("{}, {}: {}", student.row.student, row->lesson,
                                        problem.empty() ? "the grader failed" : problem));
        }
    }
    return lines;
}

std::string to_csv(const std::vector<Student>& students, const Course& course) {
    const std::vector<std::string> lessons = lessons_of(students, course);
    std::string csv = "student";
    for (const std::string& lesson : lessons) csv += "," + spreadsheet_cell(lesson);
    csv += ",total\n";
    for (const Student& student : students) {
        csv += spreadsheet_cell(student.row.student);
        for (const std::string& lesson : lessons) {
            const LessonRow* row = find_row(student, lesson);
            csv += "," + (row ? cell_of(score(*row, course)) : "");
        }
        csv += "," + cell_of(total(student.lessons, course)) + "\n";
    }
    return csv;
}

CanvasName canvas_name(const std::string& student) {
    static const std::regex pattern("^(.*?)(_LATE)?_([0-9]+)_[0-9]+_.+$");
    std::smatch match;
    if (!std::regex_match(student, match, pattern)) return {};
    return {match[1], match[3]};
}

std::string to_canvas_csv(const std::vector<Student>& students, const Course& course) {
    const std::vector<std::string> lessons = lessons_of(students, course);
    std::string csv = "Student,ID,SIS User ID,SIS Login ID,Section";
    for (const std::string& lesson : lessons) {
        csv += "," + spreadsheet_cell(title_of(course, lesson));
    }
    csv += "\n    Points Possible,,,,";
    for (const std::string& lesson : lessons) {
        csv += "," + points_text(max_points_of(students, lesson));
    }
    csv += "\n";
    for (const Student& student : students) {
        const CanvasName known = canvas_name(student.row.student);
        csv += spreadsheet_cell(known.id.empty() ? student.row.student : known.name);
        csv += "," + known.id + ",,,";
        for (const std::string& lesson : lessons) {
            const LessonRow* row = find_row(student, lesson);
            csv += "," + (row ? cell_of(score(*row, course)) : "");
        }
        csv += "\n";
    }
    return csv;
}

std::string to_gradescope(const Student& student, const Course& course) {
    std::string output;
    double seconds = 0;
    ordered_json tests = ordered_json::array();
    for (const LessonRow* row : in_order(student, course)) {
        const std::string title = title_of(course, row->lesson);
        seconds += row->seconds;
        const std::string late = late_text(score(*row, course));
        if (!late.empty()) output += title + ": " + late + "\n";
        if (!row->problem.empty()) output += title + ": " + printable(row->problem) + "\n";
        const Lesson* lesson = course.named(row->lesson);
        std::size_t number = 0;
        for (const TestRow& test : tests_of(*row)) {
            ordered_json one;
            one["score"] = rounded(test.points);
            one["max_score"] = rounded(test.max_points);
            one["status"] = test.verdict == "passed" ? "passed" : "failed";
            one["name"] = title + ": " + printable(test.name);
            one["number"] = fmt::format("{}.{}", lesson ? lesson->number : row->lesson, ++number);
            one["output"] = text_of(*row, test);
            one["visibility"] = name_of(visibility(course, row->lesson, test.name));
            tests.push_back(std::move(one));
        }
    }
    ordered_json document;
    document["score"] = rounded(total(student.lessons, course).points);
    document["execution_time"] = rounded(seconds);
    document["output"] = output;
    // Not markup, whatever a student's code has printed.
    document["output_format"] = "text";
    document["test_output_format"] = "text";
    document["test_name_format"] = "text";
    document["tests"] = std::move(tests);
    return dumped(document, 2);
}

std::string to_github_classroom(const Student& student, const Course& course) {
    bool all_passed = true;
    ordered_json tests = ordered_json::array();
    for (const LessonRow* row : in_order(student, course)) {
        const Score lesson_score = score(*row, course);
        const double share =
            lesson_score.earned > 0 ? lesson_score.points / lesson_score.earned : 1;
        const Lesson* lesson = course.named(row->lesson);
        // Rounded sums' differences, so that the scores add up to the lesson's points.
        double sum = 0;
        for (const TestRow& test : tests_to_show(*row, course)) {
            const double before = rounded(sum);
            sum += test.points * share;
            const bool passed = test.verdict == "passed";
            const bool graded = test.verdict != "grader_error";
            all_passed = all_passed && passed;
            ordered_json one;
            one["name"] = title_of(course, row->lesson) + ": " + printable(test.name);
            one["status"] = passed ? "pass" : graded ? "fail" : "error";
            one["score"] = graded ? rounded(rounded(sum) - before) : 0.0;
            one["message"] = text_of(*row, test);
            if (const std::string late = late_text(lesson_score); !late.empty()) {
                std::string message = text_of(*row, test);
                message += (message.empty() ? "" : "\n\n") + fmt::format("({})", late);
                one["message"] = message;
            }
            // The reporter shows these two, and reads them of every test.
            one["test_code"] = "";
            one["line_no"] = 0;
            one["filename"] = lesson ? lesson->shown_source() : "";
            one["execution_time"] = fmt::format("{:.2f}s", test.seconds);
            tests.push_back(std::move(one));
        }
    }
    const Score all = total(student.lessons, course);
    ordered_json document;
    document["version"] = 1;
    document["status"] = !all.graded ? "error" : all_passed ? "pass" : "fail";
    document["max_score"] = all.graded ? rounded(all.max_points) : 0.0;
    document["tests"] = std::move(tests);
    return dumped(document, 2);
}

std::string to_junit(const std::vector<Student>& students, const Course& course) {
    std::string xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n";
    for (const Student& student : students) {
        for (const LessonRow* row : in_order(student, course)) {
            const std::string classname =
                (students.size() > 1 ? student.row.student + "/" : "") + row->lesson;
            const Lesson* lesson = course.named(row->lesson);
            std::string cases;
            std::size_t count = 0, failures = 0, errors = 0;
            double seconds = 0;
            for (const TestRow& test : tests_to_show(*row, course)) {
                ++count;
                seconds += test.seconds;
                cases +=
                    fmt::format("    <testcase name=\"{}\" classname=\"{}\" time=\"{:.3f}\"",
                                markup_escaped(test.name), markup_escaped(classname), test.seconds);
                if (lesson) {
                    cases += fmt::format(" file=\"{}\"", markup_escaped(lesson->shown_source()));
                }
                if (test.verdict == "passed") {
                    cases += "/>\n";
                    continue;
                }
                const bool graded = test.verdict != "grader_error";
                ++(graded ? failures : errors);
                const std::string element = graded ? "failure" : "error";
                cases +=
                    fmt::format(">\n      <{0} type=\"{1}\">{2}</{0}>\n    </testcase>\n", element,
                                markup_escaped(test.verdict), markup_escaped(text_of(*row, test)));
            }
            xml += fmt::format(
                "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" "
                "time=\"{:.3f}\">\n{}  </testsuite>\n",
                markup_escaped(classname), count, failures, errors, seconds, cases);
        }
    }
    return xml + "</testsuites>\n";
}

std::string to_json(const std::vector<Student>& students, const Course& course) {
    ordered_json document;
    document["version"] = 1;
    document["lessons"] = ordered_json::array();
    for (const std::string& name : lessons_of(students, course)) {
        const Lesson* lesson = course.named(name);
        ordered_json one;
        one["lesson"] = name;
        one["title"] = lesson ? ordered_json(lesson->title) : ordered_json(nullptr);
        one["max_points"] = rounded(max_points_of(students, name));
        one["due"] = nullptr;
        if (lesson && lesson->due) one["due"] = utc_text(*lesson->due);
        one["late_penalty"] = lesson ? lesson->late_penalty : 0.0;
        document["lessons"].push_back(std::move(one));
    }
    document["students"] = ordered_json::array();
    for (const Student& student : students) {
        ordered_json one;
        one["student"] = student.row.student;
        add_score(one, total(student.lessons, course));
        one["notes"] = student.row.notes;
        one["lessons"] = ordered_json::array();
        for (const LessonRow* row : in_order(student, course)) {
            one["lessons"].push_back(json_of(*row, course));
        }
        document["students"].push_back(std::move(one));
    }
    return dumped(document, -1);
}

}  // namespace lab::grade
