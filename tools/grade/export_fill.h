// Grades written into a file that Moodle or Canvas exported. Every byte that is no grade stays.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "course.h"
#include "export_formats.h"

namespace lab::grade {

struct Filled {
    std::string content;
    /// Lines and students without a counterpart, and what else the instructor should know.
    std::vector<std::string> notes;
};

/// Fills each student's total into Moodle's offline grading worksheet. Its headers are in the
/// site's language, so that columns are known by what is in them: the identifiers are the first
/// column of one word with a number behind it ("Participant 12345"), the grade stands before a
/// column that holds the same number everywhere, the maximum grade. Students are found by the
/// number in Moodle's folder names ("Full name_12345_assignsubmission_file_"), by e-mail address
/// and by full name. What was not graded, and who is in the worksheet alone, keeps the grade that
/// is there.
///
/// `grade_column`: the header of the column to fill; empty: find it.
/// Errors: KitError that names the file: no such column, or several; a student who matches several
///         lines, two students who match the same one, or an id and a name that contradict.
/// Source: Moodle documentation, "Assignment settings: Offline grading worksheet"; Moodle's
///         mod/assign/gradingtable.php and feedback/offline/importgradeslib.php.
Filled fill_moodle(const std::filesystem::path& worksheet, const std::vector<Student>& students,
                   const tool::Course& course, const std::string& grade_column);

/// Fills a gradebook that Canvas exported. Without `grade_column` each lesson goes into the
/// assignment of its title, its name, or "02 Title", else the total into that column. An
/// assignment's number, as in "Inverted scaling (4711)", need not be given. Students are found by
/// the ID in the names of submissions that were downloaded from Canvas, by SIS User ID or SIS Login
/// ID, and by name. Read-only columns are never written, nor are EX (excused) and N/A.
///
/// Errors: as for fill_moodle; and when no column is of any lesson.
/// Source: Canvas Instructor Guide, "How do I import grades in the Gradebook?"; Canvas'
///         GradebookExporter and GradebookImporter.
Filled fill_canvas(const std::filesystem::path& gradebook, const std::vector<Student>& students,
                   const tool::Course& course, const std::string& grade_column);

}  // namespace lab::grade
