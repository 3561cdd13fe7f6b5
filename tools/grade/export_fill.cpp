#include "export_fill.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <regex>
#include <set>

#include "candidates.h"
#include "csv_table.h"
#include "error.h"
#include "points.h"

namespace lab::grade {
namespace {

namespace fs = std::filesystem;
using tool::KitError;

/// What somebody may be known by, the surest first. Empty keys are none.
using Keys = std::vector<std::set<std::string>>;

/// A line of the file that is about a student.
struct Person {
    const CsvRow* row;
    Keys keys;
};

/// A name without what programs change in it: case, spaces and punctuation.
std::string plain_name(const std::string& name) {
    std::string plain;
    for (const char c : lower_case(name)) {
        const bool ascii = static_cast<unsigned char>(c) < 0x80;
        if (!ascii || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) plain += c;
    }
    return plain;
}

/// For each student the line, or nothing. Keys that are less sure must not contradict: they only
/// choose among the lines that the surer ones left.
std::vector<const CsvRow*> match(const std::vector<Student>& students,
                                 const std::vector<Keys>& keys_of_students,
                                 const std::vector<Person>& people, const std::string& file) {
    std::vector<const CsvRow*> rows(students.size(), nullptr);
    std::map<const CsvRow*, std::string> taken;
    std::vector<std::string> problems;
    for (std::size_t i = 0; i < students.size(); ++i) {
        const std::string& student = students[i].row.student;
        std::set<const CsvRow*> left;
        bool contradiction = false;
        for (std::size_t level = 0; level < keys_of_students[i].size(); ++level) {
            std::set<const CsvRow*> same;
            for (const Person& person : people) {
                for (const std::string& key : keys_of_students[i][level]) {
                    if (!key.empty() && person.keys[level].contains(key)) same.insert(person.row);
                }
            }
            if (same.empty()) continue;
            if (left.empty()) {
                left = same;
                continue;
            }
            std::set<const CsvRow*> both;
            std::set_intersection(left.begin(), left.end(), same.begin(), same.end(),
                                  std::inserter(both, both.end()));
            if (both.empty()) {
                contradiction = true;
                left.insert(same.begin(), same.end());
                break;
            }
            left = both;
        }
        if (left.empty()) continue;
        if (left.size() > 1) {
            std::vector<std::size_t> lines;
            for (const CsvRow* row : left) lines.push_back(row->line);
            std::sort(lines.begin(), lines.end());
            problems.push_back(
                fmt::format("{} could be the lines {}{}", student, fmt::join(lines, " and "),
                            contradiction ? " (the number says one, the name another)" : ""));
            continue;
        }
        rows[i] = *left.begin();
        const auto [other, is_new] = taken.emplace(rows[i], student);
        if (!is_new) {
            problems.push_back(fmt::format("{} and {} could both be line {}", other->second,
                                           student, rows[i]->line));
        }
    }
    if (!problems.empty()) {
        throw KitError(fmt::format(
            "{}: it is not clear who is who; nothing was written.\n  {}\nIs this file of the same "
            "course and assignment as the submissions? Else rename the submissions in question, to "
            "the e-mail address or login that the file has.",
            file, fmt::join(problems, "\n  ")));
    }
    return rows;
}

/// The column with this header; `alike` compares a header with the name. Errors: KitError.
template <typename Alike>
std::size_t find_column(const CsvTable& table, const std::string& name, const std::string& file,
                        Alike alike) {
    std::vector<std::size_t> found;
    std::vector<std::string> headers;
    for (std::size_t column = 0; column < table.header().cells.size(); ++column) {
        const std::string header = table.header().at(column);
        headers.push_back(header);
        if (alike(header)) found.push_back(column);
    }
    if (found.size() == 1) return found.front();
    throw KitError(fmt::format("{}: --grade-column \"{}\" is {}. There are: {}", file, name,
                               found.empty() ? "none of the columns" : "more than one column",
                               fmt::join(headers, ", ")));
}

std::string grade_text(double points, bool comma) {
    std::string text = points_text(points);
    if (comma) std::replace(text.begin(), text.end(), '.', ',');
    return text;
}

/// Notes for the lines and the students that have no counterpart.
void note_unmatched(const std::vector<Student>& students, const std::vector<const CsvRow*>& rows,
                    const std::vector<Person>& people, std::size_t name_column,
                    std::vector<std::string>& notes) {
    const std::set<const CsvRow*> matched(rows.begin(), rows.end());
    for (const Person& person : people) {
        if (matched.contains(person.row)) continue;
        notes.push_back(
            fmt::format("line {}, {}: no such student was graded; the line stays as it is",
                        person.row->line, person.row->at(name_column)));
    }
    for (std::size_t i = 0; i < students.size(); ++i) {
        if (rows[i]) continue;
        notes.push_back(fmt::format("{}: matches no line; this grade is not in the file",
                                    students[i].row.student));
    }
}

/// Errors: KitError when the line has no such cell.
const CsvCell& cell_of(const CsvRow& row, std::size_t column, const std::string& file) {
    if (column < row.cells.size()) return row.cells[column];
    throw KitError(
        fmt::format("{}:{}: this line has {} cells, fewer than the first line; export "
                    "the file again",
                    file, row.line, row.cells.size()));
}

// --- Moodle -------------------------------------------------------------------------------------

/// "Participant 12345": the word, and the number.
struct Identifier {
    std::string word, number;
};

std::optional<Identifier> identifier_of(const std::string& text) {
    const std::size_t digits = text.find_last_not_of("0123456789") + 1;
    if (digits == 0 || digits == text.size()) return std::nullopt;
    return Identifier{text.substr(0, digits), text.substr(digits)};
}

/// The first column that holds a word, the same in each row, and a number.
std::optional<std::size_t> identifier_column(const CsvTable& table) {
    for (std::size_t column = 0; column < table.header().cells.size(); ++column) {
        std::set<std::string> words;
        bool all = table.rows().size() > 1;
        for (std::size_t i = 1; i < table.rows().size(); ++i) {
            const auto identifier = identifier_of(table.rows()[i].at(column));
            all = all && identifier.has_value();
            if (identifier) words.insert(identifier->word);
        }
        if (all && words.size() == 1) return column;
    }
    return std::nullopt;
}

/// The columns of grades: empty or numbers, and next to them the same number in each row.
std::vector<std::size_t> grade_columns(const CsvTable& table) {
    std::vector<std::size_t> found;
    for (std::size_t column = 0; column + 1 < table.header().cells.size(); ++column) {
        std::set<std::string> maxima;
        bool grades = true;
        for (std::size_t i = 1; i < table.rows().size(); ++i) {
            const std::string grade = table.rows()[i].at(column);
            grades = grades && (grade.empty() || grade == "-" || is_number(grade));
            maxima.insert(table.rows()[i].at(column + 1));
        }
        if (grades && maxima.size() == 1 && is_number(*maxima.begin())) found.push_back(column);
    }
    return found;
}

Keys moodle_keys(const std::string& student) {
    static const std::regex folder("^(.*)_([0-9]+)_assignsubmission_.*$");
    std::smatch match;
    if (std::regex_match(student, match, folder)) return {{match[2]}, {}, {plain_name(match[1])}};
    return {{}, {lower_case(student)}, {plain_name(student)}};
}

std::size_t moodle_grade_column(const CsvTable& table, const std::string& name,
                                const std::string& file) {
    if (!name.empty()) {
        return find_column(table, name, file,
                           [&](const std::string& header) { return header == name; });
    }
    const std::vector<std::size_t> found = grade_columns(table);
    if (found.size() == 1) return found.front();
    std::vector<std::string> headers;
    for (std::size_t i = 0; i < table.header().cells.size(); ++i) {
        headers.push_back(table.header().at(i));
    }
    throw KitError(
        fmt::format("{}: it cannot be told which column holds the grade; name it, as in "
                    "--grade-column \"Grade\"."
                    " There are: {}",
                    file, fmt::join(headers, ", ")));
}

// --- Canvas -------------------------------------------------------------------------------------

/// "Inverted scaling (4711)" without the assignment's number.
std::string without_number(const std::string& header) {
    static const std::regex number(" *\\([0-9]+\\)$");
    return std::regex_replace(header, number, "");
}

std::size_t column_named(const CsvTable& table, const std::string& name) {
    std::size_t column = 0;
    while (column < table.header().cells.size() && table.header().at(column) != name) ++column;
    return column;
}

struct Gradebook {
    std::vector<Person> people;
    const CsvRow* points_possible = nullptr;
    std::size_t name_column = 0;
    std::size_t first_assignment = 0;  ///< after the columns about the student
};

/// Errors: KitError when it is no gradebook.
Gradebook read_gradebook(const CsvTable& table, const std::string& file) {
    const std::size_t columns = table.header().cells.size();
    const std::size_t id = column_named(table, "ID");
    const std::size_t student = column_named(table, "Student");
    const std::size_t last_name = column_named(table, "LastName");
    const std::size_t first_name = column_named(table, "FirstName");
    const std::size_t section = column_named(table, "Section");
    if (id == columns || section == columns || (student == columns && last_name == columns)) {
        throw KitError(file +
                       ": this is no gradebook that Canvas exported: its first line lacks the "
                       "columns Student, ID and Section");
    }
    Gradebook gradebook;
    gradebook.name_column = student < columns ? student : last_name;
    gradebook.first_assignment = section + 1;
    for (std::size_t i = 1; i < table.rows().size(); ++i) {
        const CsvRow& row = table.rows()[i];
        if (row.at(0).find("Points Possible") != std::string::npos) {
            gradebook.points_possible = &row;
            continue;
        }
        // The line that says which assignments are posted by hand is about no student.
        if (row.at(gradebook.name_column).empty() && row.at(id).empty()) continue;
        std::string name = row.at(gradebook.name_column);
        std::set<std::string> names{plain_name(name)};
        if (student == columns) {
            names = {plain_name(name + row.at(first_name)), plain_name(row.at(first_name) + name)};
        } else if (const std::size_t comma = name.find(','); comma != std::string::npos) {
            names.insert(plain_name(name.substr(comma + 1) + name.substr(0, comma)));
        }
        gradebook.people.push_back({&row,
                                    {{row.at(id)},
                                     {lower_case(row.at(column_named(table, "SIS User ID"))),
                                      lower_case(row.at(column_named(table, "SIS Login ID")))},
                                     names}});
    }
    return gradebook;
}

Keys canvas_keys(const std::string& student) {
    const CanvasName known = canvas_name(student);
    if (!known.id.empty()) return {{known.id}, {}, {plain_name(known.name)}};
    return {{}, {lower_case(student)}, {plain_name(student)}};
}

/// The assignment of this lesson, if there is one. Errors: KitError when there are several.
std::optional<std::size_t> column_of(const CsvTable& table, const Gradebook& gradebook,
                                     const std::string& lesson, const tool::Course& course,
                                     const std::string& file) {
    std::set<std::string> names{plain_name(lesson)};
    for (const tool::Lesson& one : course.lessons) {
        if (one.name == lesson) {
            names.insert(plain_name(one.title));
            names.insert(plain_name(one.number + one.title));
        }
    }
    std::vector<std::size_t> found;
    for (std::size_t i = gradebook.first_assignment; i < table.header().cells.size(); ++i) {
        if (names.contains(plain_name(without_number(table.header().at(i))))) found.push_back(i);
    }
    if (found.size() > 1) {
        throw KitError(
            fmt::format("{}: both \"{}\" and \"{}\" could be lesson {}; rename one of "
                        "them in Canvas",
                        file, table.header().at(found[0]), table.header().at(found[1]), lesson));
    }
    return found.empty() ? std::nullopt : std::optional(found.front());
}

/// A note when the file gives an assignment another maximum than the course does.
void note_maximum(const std::string& in_file, double ours, const std::string& column,
                  std::vector<std::string>& notes) {
    if (!is_number(in_file)) return;
    std::string number = in_file;
    std::replace(number.begin(), number.end(), ',', '.');
    double maximum = 0;
    std::from_chars(number.data(), number.data() + number.size(), maximum);
    if (points_text(maximum) == points_text(ours)) return;
    notes.push_back(fmt::format(
        "\"{}\" has a maximum of {}, but these grades are out of {}: change that before importing",
        column, in_file, points_text(ours)));
}

}  // namespace

Filled fill_moodle(const fs::path& worksheet, const std::vector<Student>& students,
                   const tool::Course& course, const std::string& grade_column) {
    const std::string file = worksheet.string();
    CsvTable table(tool::read_file(worksheet), file);
    const auto identifiers = identifier_column(table);
    if (!identifiers) {
        throw KitError(file +
                       ": this is no offline grading worksheet of Moodle's: there is no column "
                       "with \"Participant 12345\" or the like. In Moodle, choose \"Download "
                       "grading worksheet\" among the assignment's grading actions");
    }
    const std::size_t grade = moodle_grade_column(table, grade_column, file);

    std::vector<Person> people;
    for (std::size_t i = 1; i < table.rows().size(); ++i) {
        const CsvRow& row = table.rows()[i];
        Keys keys{{identifier_of(row.at(*identifiers))->number}, {}, {}};
        for (std::size_t column = 0; column < row.cells.size(); ++column) {
            const std::string value = row.at(column);
            if (value.find('@') != std::string::npos) keys[1].insert(lower_case(value));
        }
        keys[2].insert(plain_name(row.at(*identifiers + 1)));
        people.push_back({&row, keys});
    }
    std::vector<Keys> keys;
    for (const Student& student : students) keys.push_back(moodle_keys(student.row.student));
    const std::vector<const CsvRow*> rows = match(students, keys, people, file);

    Filled filled;
    const bool comma = table.decimal_comma({grade, grade + 1});
    for (std::size_t i = 0; i < students.size(); ++i) {
        if (!rows[i]) continue;
        const CsvCell& cell = cell_of(*rows[i], grade, file);
        const std::string before = rows[i]->at(grade);
        if (!before.empty() && before != "-" && !is_number(before)) {
            throw KitError(
                fmt::format("{}:{}: the column \"{}\" holds \"{}\", which is no grade in "
                            "points; choose another with --grade-column",
                            file, rows[i]->line, table.header().at(grade), before));
        }
        const Score all = total(students[i].lessons, course);
        if (all.graded) table.replace(cell, grade_text(all.points, comma));
    }
    if (!students.empty() && table.rows().size() > 1) {
        note_maximum(table.rows()[1].at(grade + 1),
                     total(students.front().lessons, course).max_points, table.header().at(grade),
                     filled.notes);
    }
    note_unmatched(students, rows, people, *identifiers + 1, filled.notes);
    filled.content = table.bytes();
    return filled;
}

Filled fill_canvas(const fs::path& gradebook_file, const std::vector<Student>& students,
                   const tool::Course& course, const std::string& grade_column) {
    const std::string file = gradebook_file.string();
    CsvTable table(tool::read_file(gradebook_file), file);
    const Gradebook gradebook = read_gradebook(table, file);
    std::vector<Keys> keys;
    for (const Student& student : students) keys.push_back(canvas_keys(student.row.student));
    const std::vector<const CsvRow*> rows = match(students, keys, gradebook.people, file);

    Filled filled;
    /// A lesson's column; with an empty name the total's.
    std::vector<std::pair<std::string, std::size_t>> columns;
    if (!grade_column.empty()) {
        columns.emplace_back("", find_column(table, grade_column, file, [&](const auto& header) {
                                 return header == grade_column ||
                                        without_number(header) == grade_column;
                             }));
    } else {
        for (const std::string& lesson : lessons_of(students, course)) {
            if (const auto column = column_of(table, gradebook, lesson, course, file)) {
                columns.emplace_back(lesson, *column);
            } else {
                filled.notes.push_back(lesson +
                                       ": no assignment in the file has this lesson's name");
            }
        }
    }
    if (columns.empty()) {
        throw KitError(file +
                       ": no assignment in it has a lesson's name, as \"Inverted scaling\" or \"02 "
                       "Inverted scaling\"; to fill the total into one column, name it with "
                       "--grade-column");
    }

    for (const auto& [lesson, column] : columns) {
        const std::string header = table.header().at(column);
        const std::string possible =
            gradebook.points_possible ? gradebook.points_possible->at(column) : "";
        if (column < gradebook.first_assignment || (!possible.empty() && !is_number(possible))) {
            throw KitError(
                fmt::format("{}: Canvas does not let the column \"{}\" be changed; choose "
                            "an assignment",
                            file, header));
        }
        const bool comma = table.decimal_comma({column});
        double max_points = 0;
        for (std::size_t i = 0; i < students.size(); ++i) {
            const LessonRow* row = find_row(students[i], lesson);
            if (!lesson.empty() && !row) continue;
            const Score one =
                lesson.empty() ? total(students[i].lessons, course) : score(*row, course);
            max_points = std::max(max_points, one.max_points);
            if (!rows[i] || !one.graded) continue;
            const CsvCell& cell = cell_of(*rows[i], column, file);
            const std::string before = rows[i]->at(column);
            if (!before.empty() && before != "-" && !is_number(before)) {
                filled.notes.push_back(fmt::format("line {}, {}: \"{}\" in \"{}\" is kept",
                                                   rows[i]->line, students[i].row.student, before,
                                                   header));
                continue;
            }
            table.replace(cell, grade_text(one.points, comma));
        }
        note_maximum(possible, max_points, header, filled.notes);
    }
    note_unmatched(students, rows, gradebook.people, gradebook.name_column, filled.notes);
    filled.content = table.bytes();
    return filled;
}

}  // namespace lab::grade
