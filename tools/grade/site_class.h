// The class at a glance: one page for the instructor.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "points.h"
#include "results.h"

namespace lab::grade {

/// What the class page needs of every student, without messages.
class ClassSummary {
public:
    explicit ClassSummary(const tool::Course& course) : course_(course) {}

    /// `name` is shown; `page` is the student's page, seen from the class's. `rows` hold all tests.
    void add(const std::string& name, const std::string& page, const std::vector<LessonRow>& rows);

    std::size_t students() const { return students_.size(); }

    /// Lessons of students that a fault of the grader's left without a grade.
    std::size_t not_graded() const { return grader_errors_.size(); }

    /// The whole page. Pictures are drawn in `folder`, which the page does not need afterwards.
    ///
    /// Errors: KitError when gnuplot cannot draw them.
    std::string page(const std::filesystem::path& folder) const;

private:
    struct Standing {
        std::string verdict;
        Score score;
    };
    struct Student {
        std::string name, page;
        std::map<std::string, Standing> lessons;
        Score total;
    };
    struct GraderError {
        std::size_t student;  ///< in students_
        std::string lesson, problem;
    };
    struct Late {
        std::size_t student;
        std::string lesson;
        Score score;
    };
    struct Test {
        std::string name;
        std::size_t passed = 0, graded = 0;
    };
    struct Lesson {
        std::map<std::string, std::size_t> verdicts;  ///< of how many students
        std::vector<double> shares;                   ///< points of those who handed in, in percent
        double points = 0, max_points = 0;
        std::map<std::string, std::size_t> mistakes;  ///< diagnosis, and by how many students
        std::vector<Test> tests;
    };

    std::vector<std::string> lesson_names() const;
    std::string grader_errors() const;
    std::string points_by_lesson(const std::filesystem::path& folder) const;
    std::string results() const;
    std::string mistakes(const std::filesystem::path& folder) const;
    std::string tests() const;
    std::string late() const;
    std::string list_of_students() const;
    std::string origin() const;

    const tool::Course& course_;
    std::vector<Student> students_;
    std::vector<GraderError> grader_errors_;
    std::vector<Late> late_;
    std::map<std::string, Lesson> lessons_;
    std::set<std::string> kits_, toolchains_, isolations_;
};

}  // namespace lab::grade
