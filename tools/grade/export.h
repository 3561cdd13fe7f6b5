// ./lab export: what is known of a class, in the formats of other programs.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "course.h"

namespace lab::grade {

struct ExportOptions {
    std::filesystem::path directory;  ///< what ./lab grade --out was given
    std::string format;
    std::filesystem::path out;   ///< empty: standard output
    std::string student;         ///< only this one; empty: all
    std::string lesson;          ///< only this one, by number or name; empty: all
    std::filesystem::path fill;  ///< moodle, canvas: the file that they exported
    std::string grade_column;    ///< the header of the column to fill
};

/// "csv, canvas, …": what `format` can be.
std::string export_formats();

/// Exports, and lists on standard error what could not be graded (first) and what the instructor
/// should know. Returns the exit code: 1 when something could not be graded, else 0.
///
/// Errors: KitError: no such format, student, lesson or database, options that do not go together,
///         a file that cannot be filled or written.
int export_results(const ExportOptions& options, const tool::Course& course);

}  // namespace lab::grade
