#include "export.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "error.h"
#include "export_fill.h"
#include "export_formats.h"
#include "text.h"

namespace lab::grade {
namespace {

using tool::KitError;

struct Format {
    const char* name;
    bool one_student;  ///< is about one student, not about a class
    bool tells_tests;  ///< says how each test went
};

constexpr std::array<Format, 7> formats{{{"csv", false, false},
                                         {"canvas", false, false},
                                         {"moodle", false, false},
                                         {"gradescope", true, true},
                                         {"github", true, true},
                                         {"junit", false, true},
                                         {"json", false, true}}};

const Format& find_format(const std::string& name) {
    const auto found = std::find_if(formats.begin(), formats.end(),
                                    [&](const Format& format) { return format.name == name; });
    if (found != formats.end()) return *found;
    throw KitError(
        fmt::format("{} Choose --format {}",
                    name.empty() ? "to which format?" : "there is no format \"" + name + "\".",
                    export_formats()));
}

/// Errors: KitError when options do not go together.
void check(const ExportOptions& options) {
    const bool canvas = options.format == "canvas", moodle = options.format == "moodle";
    if (moodle && options.fill.empty()) {
        throw KitError(
            "--format moodle needs --fill FILE: the worksheet that Moodle exported (\"Download "
            "grading worksheet\" among the assignment's grading actions)");
    }
    if (!options.fill.empty() && !canvas && !moodle) {
        throw KitError("--fill goes with --format canvas and --format moodle only");
    }
    if (!options.grade_column.empty() && options.fill.empty()) {
        throw KitError("--grade-column goes with --fill FILE only");
    }
}

std::vector<Student> read_students(const ExportOptions& options, const Format& format,
                                   const tool::Course& course) {
    const Results results = Results::open_to_read(options.directory);
    std::vector<Student> students;
    for (const StudentRow& row : results.students()) {
        students.push_back({row, results.lessons(row.student, format.tells_tests)});
    }
    if (students.empty()) {
        throw KitError(options.directory.string() +
                       " holds no student's results yet; type ./lab grade first");
    }
    // Before anything is left out: a student without any result misses what others have.
    add_missing_lessons(students, course);
    if (!options.lesson.empty()) {
        const std::string lesson = course.find(options.lesson).name;
        for (Student& student : students) {
            std::erase_if(student.lessons,
                          [&](const LessonRow& row) { return row.lesson != lesson; });
        }
        if (lessons_of(students, course).empty()) {
            throw KitError(
                fmt::format("{} holds no results of {}", options.directory.string(), lesson));
        }
    }
    return students;
}

/// Only the student that was asked for. Errors: KitError when there is none, or it has to be said.
void choose_student(std::vector<Student>& students, const ExportOptions& options,
                    const Format& format) {
    const bool must_choose = format.one_student && students.size() > 1;
    if (options.student.empty() && !must_choose) return;
    std::string names;
    for (std::size_t i = 0; i < std::min<std::size_t>(students.size(), 20); ++i) {
        names += "\n  " + students[i].row.student;
    }
    if (students.size() > 20) names += "\n  …";
    if (options.student.empty()) {
        throw KitError(
            fmt::format("--format {} is about one student: say which, with --student "
                        "NAME. There are:{}",
                        format.name, names));
    }
    std::erase_if(students,
                  [&](const Student& student) { return student.row.student != options.student; });
    if (students.empty()) {
        throw KitError(
            fmt::format("there is no student \"{}\". There are:{}", options.student, names));
    }
}

Filled content_of(const std::vector<Student>& students, const ExportOptions& options,
                  const tool::Course& course) {
    if (options.format == "moodle") {
        return fill_moodle(options.fill, students, course, options.grade_column);
    }
    if (options.format == "canvas" && !options.fill.empty()) {
        return fill_canvas(options.fill, students, course, options.grade_column);
    }
    if (options.format == "canvas") return {to_canvas_csv(students, course), {}};
    if (options.format == "gradescope") return {to_gradescope(students.front(), course), {}};
    if (options.format == "github") return {to_github_classroom(students.front(), course), {}};
    if (options.format == "junit") return {to_junit(students, course), {}};
    if (options.format == "json") return {to_json(students, course), {}};
    return {to_csv(students, course), {}};
}

void write_to_standard_output(const std::string& content) {
    errno = 0;
    const bool written = std::fwrite(content.data(), 1, content.size(), stdout) == content.size();
    if (!written || std::fflush(stdout) != 0) {
        throw KitError(fmt::format("cannot write to standard output: {}", std::strerror(errno)));
    }
}

}  // namespace

std::string export_formats() {
    std::string names;
    for (const Format& format : formats) {
        names += (names.empty() ? "" : ", ") + std::string(format.name);
    }
    return names;
}

int export_results(const ExportOptions& options, const tool::Course& course) {
    const Format& format = find_format(options.format);
    check(options);
    std::vector<Student> students = read_students(options, format, course);
    choose_student(students, options, format);

    const std::vector<std::string> missing = not_graded(students, course);
    if (!missing.empty()) {
        fmt::print(stderr, "Not graded, which is no zero; ./lab grade tries these again:\n");
        for (const std::string& line : missing) fmt::print(stderr, "  {}\n", tool::printable(line));
        if (options.format == "gradescope") {
            // Gradescope has no status for this. Without a results.json it says that the autograder
            // failed; with one, what is missing would be a zero.
            fmt::print(stderr, "So there is no results.json.\n");
            return 1;
        }
    }
    const Filled filled = content_of(students, options, course);
    for (const std::string& note : filled.notes) fmt::print(stderr, "{}\n", tool::printable(note));
    if (options.out.empty()) write_to_standard_output(filled.content);
    else tool::write_file(options.out, filled.content);
    return missing.empty() ? 0 : 1;
}

}  // namespace lab::grade
