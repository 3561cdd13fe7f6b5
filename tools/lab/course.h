// The course as lessons/course.toml and the lessons' folders describe it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace lab::tool {

/// When a student may see what a test says of handed-in work. ./lab check shows every test.
enum class Visibility { visible, hidden, after_due_date };

struct TestEntry {
    std::string name;
    double points = 0;  ///< its share of the lesson's points
    Visibility visibility = Visibility::visible;
};

struct FunctionHints {
    std::string function;
    std::vector<std::string> levels;  ///< a question, a nudge, the formula
};

struct Lesson {
    std::string name;    ///< "02_inverted_scaling"
    std::string number;  ///< "02"
    std::string title;
    std::vector<std::string> functions;
    double points = 0;
    std::vector<TestEntry> tests;
    std::optional<std::int64_t> due;  ///< seconds since 1970; none: never late
    double late_penalty = 0;          ///< the share of the points that each begun day costs

    std::filesystem::path source;    ///< what the student edits, absolute
    std::filesystem::path solution;  ///< the reference solution
    std::filesystem::path header;    ///< the contract
    std::filesystem::path folder;    ///< lessons/NN_name

    /// The source as a student would type it, from the kit's root.
    std::string shown_source() const;
};

/// The check with all of a student's own code.
struct Integration {
    std::string title;
    std::vector<std::string> lessons;  ///< names, in the course's order
    std::vector<TestEntry> tests;
};

struct Course {
    std::filesystem::path root;   ///< the clone
    std::filesystem::path build;  ///< what CMake made
    std::vector<Lesson> lessons;
    Integration integration;

    /// By number ("02", "2") or name. Errors: KitError that lists the lessons there are.
    const Lesson& find(const std::string& word) const;

    /// The lesson of exactly this name, or null: results may be of an older course.
    const Lesson* named(const std::string& name) const;
};

/// Reads course.toml and the list of tests that the build made. The build is the folder of the
/// running program; the clone is the folder around it that holds lessons/course.toml.
///
/// Errors: KitError that names the file, and the line or the key.
Course read_course();

/// The path as a user would type it: from the kit's root where it lies within.
std::string shown_path(const Course& course, const std::filesystem::path& path);

/// Errors: KitError when the lesson has no hints for one of its functions, or fewer than three.
std::vector<FunctionHints> read_hints(const Lesson& lesson);

/// The whole of a file. Errors: KitError that names it.
std::string read_file(const std::filesystem::path& path);

/// Replaces the file in one step, so that a crash or a full disk leaves the old one. Makes the
/// folder it stands in. Errors: KitError that names it.
void write_file(const std::filesystem::path& path, const std::string& content);

}  // namespace lab::tool
