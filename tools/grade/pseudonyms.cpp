#include "pseudonyms.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cctype>
#include <random>
#include <set>

#include "course.h"
#include "csv_table.h"
#include "error.h"

namespace lab::grade {
namespace fs = std::filesystem;
namespace {

/// A spreadsheet takes what begins with one of these for a formula, unless ' stands before it.
bool needs_apostrophe(std::string_view name) {
    return !name.empty() && std::string_view("=+-@'\t").find(name[0]) != std::string_view::npos;
}

/// What csv_name was given, from the field's value.
std::string without_apostrophe(const std::string& value) {
    const bool added = value.size() >= 2 && value[0] == '\'' && needs_apostrophe(value.substr(1));
    return added ? value.substr(1) : value;
}

/// Writes files for their owner alone.
class OwnerOnly {
public:
    OwnerOnly() : before_(umask(0077)) {}
    ~OwnerOnly() { umask(before_); }
    OwnerOnly(const OwnerOnly&) = delete;
    OwnerOnly& operator=(const OwnerOnly&) = delete;

private:
    mode_t before_;
};

bool is_ascii_alnum(char c) {
    return static_cast<unsigned char>(c) < 0x80 && std::isalnum(static_cast<unsigned char>(c));
}

std::string lower(std::string_view text) {
    std::string result(text);
    for (char& c : result) {
        if (is_ascii_alnum(c)) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
    return result;
}

/// The parts of a name that stand for it, the longest first.
std::vector<std::string> parts_of(const StudentRow& student) {
    std::set<std::string> parts{lower(student.student), lower(student.entry)};
    std::string word;
    for (const char c : lower(student.student) + " ") {
        if (is_ascii_alnum(c) || static_cast<unsigned char>(c) >= 0x80) {
            word += c;
            continue;
        }
        const bool digits = std::all_of(word.begin(), word.end(),
                                        [](unsigned char one) { return std::isdigit(one); });
        if (!digits || word.size() >= 5) parts.insert(word);
        word.clear();
    }
    std::vector<std::string> result;
    for (const std::string& part : parts) {
        if (part.size() >= 3) result.push_back(part);
    }
    std::sort(result.begin(), result.end(),
              [](const auto& a, const auto& b) { return a.size() > b.size(); });
    return result;
}

}  // namespace

Pseudonyms::Pseudonyms(const fs::path& file, const std::vector<StudentRow>& students) {
    std::set<std::string> taken;
    if (fs::exists(file)) {
        const CsvTable table(tool::read_file(file), file.string());
        for (const CsvRow& row : table.rows()) {
            if (&row == &table.header()) continue;
            if (row.cells.size() != 2 || row.cells[0].value.empty() ||
                !taken.insert(row.cells[0].value).second ||
                !by_student_.emplace(without_apostrophe(row.cells[1].value), row.cells[0].value)
                     .second) {
                throw tool::KitError(fmt::format(
                    "{}:{} is not \"pseudonym,student\" with a pseudonym and a student that no "
                    "line before has. Mend the line, or move the file away to give everybody a "
                    "new pseudonym.",
                    file.string(), row.line));
            }
        }
    }

    // Nine numbers for each student at least, and never fewer than four digits.
    std::size_t first = 1000;
    while (first < students.size() + taken.size()) first *= 10;
    std::random_device random;
    std::uniform_int_distribution<std::size_t> draw(first, 10 * first - 1);
    for (const StudentRow& student : students) {
        std::string& pseudonym = by_student_[student.student];
        while (pseudonym.empty()) {
            const std::string candidate = fmt::format("Student {}", draw(random));
            if (taken.insert(candidate).second) pseudonym = candidate;
        }
    }

    std::map<std::string, std::string> by_pseudonym;
    for (const auto& [student, pseudonym] : by_student_) by_pseudonym[pseudonym] = student;
    std::string text = "pseudonym,student\n";
    for (const auto& [pseudonym, student] : by_pseudonym) {
        text += fmt::format("{},{}\n", csv_name(pseudonym), csv_name(student));
    }
    const OwnerOnly owner_only;
    tool::write_file(file, text);
}

std::string csv_name(const std::string& name) {
    std::string result = needs_apostrophe(name) ? "\"'" : "\"";
    for (const char c : name) result += c == '"' ? "\"\"" : std::string(1, c);
    return result + '"';
}

std::string without_name(std::string_view text, const StudentRow& student,
                         const std::string& pseudonym) {
    const std::vector<std::string> parts = parts_of(student);
    const std::string in_lower_case = lower(text);
    std::string result;
    for (std::size_t i = 0; i < text.size();) {
        const auto part = std::find_if(parts.begin(), parts.end(), [&](const std::string& one) {
            const std::size_t end = i + one.size();
            const bool within_word =
                (is_ascii_alnum(one.front()) && i > 0 && is_ascii_alnum(text[i - 1])) ||
                (is_ascii_alnum(one.back()) && end < text.size() && is_ascii_alnum(text[end]));
            return in_lower_case.compare(i, one.size(), one) == 0 && !within_word;
        });
        if (part == parts.end()) {
            result += text[i++];
        } else {
            result += pseudonym;
            i += part->size();
        }
    }
    return result;
}

}  // namespace lab::grade
