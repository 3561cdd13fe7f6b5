// ./lab report: the class as a folder of pages that need no server, no script and no other file.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "course.h"

namespace lab::grade {

struct ReportOptions {
    std::filesystem::path directory;  ///< of ./lab grade: DIR
    std::filesystem::path out;        ///< the folder to write; empty: DIR/report
    bool pseudonyms = false;          ///< names replaced, by DIR/pseudonyms.csv
    bool after_due = false;           ///< shows the tests that are for after the due date
};

struct WrittenReport {
    std::filesystem::path folder;
    std::size_t students = 0;
    std::size_t not_graded = 0;        ///< lessons of students that the grader failed at
    std::size_t pictures = 0;          ///< comparisons that were drawn
    std::string no_picture;            ///< why one could not be drawn; empty: all were
    std::filesystem::path pseudonyms;  ///< the map back; empty without
};

/// Writes the report of what DIR/grades.db holds:
///
///     index.html            the class at a glance, for the instructor
///     students/0001.html    a page for each student, in the order of their names
///     feedback/0001.md      the same as Markdown, without pictures
///     feedback/index.csv    whose page and feedback each number is
///
/// It is written beside the folder and takes its place at the end: a crash or a full disk leaves an
/// older report as it was. `progress` is told how many students are done, of how many.
///
/// Errors: KitError when there is no database, gnuplot is not installed, the folder is there and is
///         no report, or something cannot be written; Interrupted.
WrittenReport write_report(const tool::Course& course, const ReportOptions& options,
                           const std::function<void(std::size_t, std::size_t)>& progress);

/// The same as a command: tells what it does, and returns the exit code. Errors: as above.
int report(const tool::Course& course, const ReportOptions& options);

}  // namespace lab::grade
