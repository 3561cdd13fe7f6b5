// A class's results in the formats of other programs: what ./lab export writes.
#pragma once

#include <string>
#include <vector>

#include "course.h"
#include "results.h"

namespace lab::grade {

/// A student with all that is known of them.
struct Student {
    StudentRow row;
    std::vector<LessonRow> lessons;
};

/// The student's result in a lesson; null when there is none.
const LessonRow* find_row(const Student& student, const std::string& lesson);

/// The lessons that somebody has a result of: in the course's order, then those that the course
/// does not know any more.
std::vector<std::string> lessons_of(const std::vector<Student>& students,
                                    const tool::Course& course);

/// Where a run of ./lab grade was ended before it came to a student's lesson, that lesson gets the
/// verdict grader_error: it is not a zero either.
void add_missing_lessons(std::vector<Student>& students, const tool::Course& course);

/// A line for each lesson without a grade (verdict grader_error): who, which, why.
std::vector<std::string> not_graded(const std::vector<Student>& students,
                                    const tool::Course& course);

/// One row a student, a column a lesson, and the total. The cell of a lesson that was not graded is
/// empty, and so is that student's total.
std::string to_csv(const std::vector<Student>& students, const tool::Course& course);

/// A gradebook that Canvas can import: an assignment a lesson, students known by their names, and
/// by their Canvas ids where the submissions' names hold them. Cells as in to_csv.
///
/// Source: Canvas Instructor Guide, "How do I import grades in the Gradebook?".
std::string to_canvas_csv(const std::vector<Student>& students, const tool::Course& course);

/// results.json for one student whose lessons have all been graded. The score is after late
/// penalties; the tests' scores are before them.
///
/// Source: Gradescope Autograder Documentation, "Autograder Specifications".
std::string to_gradescope(const Student& student, const tool::Course& course);

/// What a runner of GitHub Classroom hands to classroom-resources/autograding-grading-reporter, not
/// yet in base64. That adds up the tests' scores, so they are after late penalties. With a lesson
/// that was not graded, status is "error" and max_score 0: the reporter then reports no points.
///
/// Source: that action's README and sources.
std::string to_github_classroom(const Student& student, const tool::Course& course);

/// JUnit XML, a testsuite a student and lesson. A lesson that was not graded is an <error>.
///
/// Source: GitLab documentation, "Unit test reports".
std::string to_junit(const std::vector<Student>& students, const tool::Course& course);

/// Everything, as docs/grading-exports.md describes it.
std::string to_json(const std::vector<Student>& students, const tool::Course& course);

/// The student's id in Canvas, and name as far as it can be told, from the name that Canvas gives a
/// submission: "doejane_LATE_123_456_file". Both empty when it is no such name.
///
/// Source: the instructors' download of submissions, Canvas' ContentZipper.
struct CanvasName {
    std::string name;
    std::string id;
};
CanvasName canvas_name(const std::string& student);

}  // namespace lab::grade
