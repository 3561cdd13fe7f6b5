// Names for reports that leave the instructor's hands.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "results.h"

namespace lab::grade {

/// "Student 4711" for each student, by a CSV file that leads back: pseudonym, student. The numbers
/// are random, so that neither the alphabet nor the time of handing in shows in them.
class Pseudonyms {
public:
    /// Takes the pseudonyms that the file holds, gives new ones to the students who have none, and
    /// writes the file, readable by its owner alone. Students who are gone keep theirs.
    ///
    /// Errors: KitError that names the file: unreadable, a line that is none of its own, one
    ///         pseudonym for two students, a full disk.
    Pseudonyms(const std::filesystem::path& file, const std::vector<StudentRow>& students);

    /// Errors: std::out_of_range for a student who was not named to the constructor.
    const std::string& of(const std::string& student) const { return by_student_.at(student); }

private:
    std::map<std::string, std::string> by_student_;
};

/// A name as a field of a CSV file, in quotes; with ' before what a spreadsheet would take for a
/// formula.
std::string csv_name(const std::string& name);

/// The text with the student's name, and each word of it from three letters or five digits on,
/// replaced by the pseudonym, in capitals or not. It finds names, not hints at a person.
std::string without_name(std::string_view text, const StudentRow& student,
                         const std::string& pseudonym);

}  // namespace lab::grade
