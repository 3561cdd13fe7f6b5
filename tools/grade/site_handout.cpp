#include "site_handout.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "pseudonyms.h"

namespace lab::grade {
namespace {

void withhold(Withheld& withheld, const TestRow& test) {
    ++withheld.tests;
    withheld.points += test.points;
    withheld.max_points += test.max_points;
}

void take_out_traces(LessonRow& row) {
    row.hash.clear();
    row.submitted.reset();
    row.graded_at.clear();
    for (TestRow& test : row.tests) test.printed.clear();
}

std::string line_for(const Withheld& withheld, const std::string& one, const std::string& several) {
    return fmt::format("{} {}: {} of {} points", withheld.tests,
                       withheld.tests == 1 ? one : several, points_text(withheld.points),
                       points_text(withheld.max_points));
}

}  // namespace

Handout handout(const StudentRow& student, const std::vector<LessonRow>& lessons,
                const tool::Course& course, bool after_due,
                const std::optional<std::string>& pseudonym) {
    Handout result;
    result.name = pseudonym.value_or(student.student);
    if (!pseudonym) result.notes = student.notes;
    result.total = total(lessons, course);
    for (const LessonRow& row : lessons) {
        LessonHandout& lesson = result.lessons.emplace_back();
        lesson.row = row;
        lesson.lesson = course.named(row.lesson);
        lesson.title = title_of(row.lesson, course);
        lesson.score = score(row, course);
        if (row.verdict == "grader_error") lesson.row.problem.clear();
        lesson.row.tests.clear();
        for (const TestRow& test : row.tests) {
            const tool::Visibility seen = visibility(course, row.lesson, test.name);
            if (seen == tool::Visibility::hidden) {
                withhold(lesson.hidden, test);
            } else if (seen == tool::Visibility::after_due_date && !after_due) {
                withhold(lesson.after_due, test);
            } else {
                lesson.row.tests.push_back(test);
                if (test.verdict == "grader_error") lesson.row.tests.back().message.clear();
            }
        }
        if (pseudonym) {
            replace_name(lesson.row, student, *pseudonym);
            take_out_traces(lesson.row);
        }
    }
    std::stable_sort(result.lessons.begin(), result.lessons.end(),
                     [&](const LessonHandout& a, const LessonHandout& b) {
                         // Lessons that the course does not know come last.
                         if (!a.lesson || !b.lesson) return a.lesson != nullptr && !b.lesson;
                         return a.lesson < b.lesson;
                     });
    return result;
}

void replace_name(LessonRow& row, const StudentRow& student, const std::string& pseudonym) {
    row.student = pseudonym;
    row.problem = without_name(row.problem, student, pseudonym);
    row.warnings = without_name(row.warnings, student, pseudonym);
    for (TestRow& test : row.tests) {
        test.message = without_name(test.message, student, pseudonym);
    }
}

std::string title_of(const std::string& lesson, const tool::Course& course) {
    const tool::Lesson* known = course.named(lesson);
    return known ? known->number + " " + known->title : lesson;
}

std::string mark_of(const std::string& verdict) {
    if (verdict == "passed") return "✓";
    if (verdict == "not_submitted" || verdict == "not_started") return "·";
    return verdict == "grader_error" ? "?" : "✗";
}

std::string words_of(const std::string& verdict) {
    static const std::map<std::string, std::string> words{
        {"timed_out", "did not finish in time"}, {"ended_early", "ended early"},
        {"out_of_memory", "out of memory"},      {"compile_error", "does not compile"},
        {"not_submitted", "not submitted"},      {"not_started", "not started"},
        {"grader_error", "not graded"},
    };
    const auto found = words.find(verdict);
    return found == words.end() ? verdict : found->second;
}

std::string score_text(const Score& score) {
    if (!score.graded) return "not graded yet";
    return fmt::format("{} of {} points", points_text(score.points), points_text(score.max_points));
}

std::string lateness_text(const LessonHandout& lesson) {
    const Score& score = lesson.score;
    if (score.days_late == 0) return "";
    std::string text = lesson.row.submitted
                           ? fmt::format("Handed in {}, ", utc_text(*lesson.row.submitted))
                           : "Handed in ";
    text += fmt::format("{} day{} late", score.days_late, score.days_late == 1 ? "" : "s");
    if (lesson.lesson && lesson.lesson->due) {
        text += fmt::format(" (due {})", utc_text(*lesson.lesson->due));
    }
    if (score.points == score.earned || !score.graded) return text + ".";
    return text + fmt::format(": {} of {} earned points count.", points_text(score.points),
                              points_text(score.earned));
}

std::vector<std::string> withheld_text(const LessonHandout& lesson) {
    std::vector<std::string> lines;
    if (lesson.hidden.tests > 0) {
        lines.push_back(line_for(lesson.hidden, "hidden test", "hidden tests"));
    }
    if (lesson.after_due.tests > 0) {
        lines.push_back(line_for(lesson.after_due, "test that is shown after the due date",
                                 "tests that are shown after the due date"));
    }
    return lines;
}

bool is_explained(const TestRow& test, const LessonRow& lesson) {
    return lesson.verdict != "compile_error" && test.verdict != "passed" &&
           test.verdict != "not_submitted" && test.verdict != "not_started" &&
           !test.message.empty() && test.message != lesson.problem;
}

std::string next_step(const LessonHandout& lesson) {
    if (!lesson.lesson || lesson.row.verdict == "passed") return "";
    const std::string& number = lesson.lesson->number;
    if (lesson.row.verdict == "grader_error") {
        return "Nothing: that this is not graded yet is the grader's fault, and no zero.";
    }
    if (lesson.row.verdict == "not_submitted") {
        return fmt::format("The file of this lesson is `{}`.", lesson.lesson->shown_source());
    }
    if (lesson.row.verdict == "not_started") {
        return fmt::format("Read `lessons/{}/README.md`, then write `{}`.", lesson.lesson->name,
                           lesson.lesson->shown_source());
    }
    return fmt::format("`./lab check {} --verbose` explains every failure; `./lab hint {}` helps.",
                       number, number);
}

}  // namespace lab::grade
