// What a student gets in the end: the points that were earned, and what being late costs.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "course.h"
#include "results.h"

namespace lab::grade {

struct Score {
    double points = 0;  ///< after the penalty
    double earned = 0;  ///< before it
    double max_points = 0;
    int days_late =
        0;  ///< begun days after the due date, by the recorded time; the most of several
    bool graded = true;  ///< false: a grader_error, which is not a zero
};

/// Errors: none; a lesson that the course does not know any more costs no penalty.
Score score(const LessonRow& row, const tool::Course& course);

/// Sum over the lessons; `graded` is false when one of them is not.
Score total(const std::vector<LessonRow>& rows, const tool::Course& course);

/// Whether and when students may see a test, by the course of now. Default: visible.
tool::Visibility visibility(const tool::Course& course, const std::string& lesson,
                            const std::string& test);

/// With at most two decimals, a point before them whatever the locale: "13.5", "14", "0".
std::string points_text(double points);

/// 2026-12-01T18:30:00Z
std::string utc_text(std::int64_t seconds_since_1970);

}  // namespace lab::grade
