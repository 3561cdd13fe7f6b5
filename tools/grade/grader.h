// ./lab grade: grades a folder of submissions into a database.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "course.h"

namespace lab::grade {

struct GradeOptions {
    std::string submissions;           ///< a folder with one entry for each student
    std::string out;                   ///< the folder of grades.db
    std::vector<std::string> lessons;  ///< numbers or names; empty: all
    std::size_t jobs = 0;              ///< 0: one for each core
    bool regrade = false;              ///< also what has not changed
    bool unsafe = false;               ///< without a sandbox
    std::string class_secret;          ///< a file; empty: the public seed
    std::string times;                 ///< a CSV file: student,submitted
};

/// Prints what was done, and for a grading that was done before, what changed and why. Returns 0,
/// or 1 when there is a grader_error.
///
/// Errors: KitError for what stops the whole run; Interrupted, after it said how to go on. What was
///         graded is in the database in either case.
int grade(const tool::Course& course, const GradeOptions& options);

/// What a class secret's file holds, without the line's end.
/// Errors: KitError when it cannot be read or holds too little.
std::string read_secret(const std::string& path);

/// The seed of a lesson's tests for a class: from the secret, which cannot be found from it.
std::uint32_t seed_from_secret(const std::string& secret, const std::string& lesson);

}  // namespace lab::grade
