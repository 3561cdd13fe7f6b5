// What is known of a class: DIR/grades.db, an SQLite database. Everything that is exported or
// reported is read from it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "judge.h"

struct sqlite3;

namespace lab::grade {

/// How a result came about; the same for all that one ./lab grade graded.
struct Circumstances {
    std::string kit;        ///< git's name of the kit's version; "+" behind it: with local changes
    std::string toolchain;  ///< "GNU 12.2.0, LibTorch 1.13.1"
    std::string isolation;  ///< "bubblewrap", "spare user", "none"
    std::string secret;     ///< the class secret's mark, from which it cannot be found; or empty
};

struct TestRow {
    std::string name;
    std::string verdict;  ///< passed, failed, crashed, timed_out, ended_early, out_of_memory,
                          ///< compile_error, not_submitted, not_started, grader_error
    double points = 0;
    double max_points = 0;
    std::string message;
    std::string diagnosis;  ///< docs/json.md; empty: none
    std::string printed;    ///< what the student's code printed, shortened
    double seconds = 0;     ///< how long it ran
    std::optional<tool::Comparison> comparison;
};

/// One student's lesson.
struct LessonRow {
    std::string student;
    std::string lesson;   ///< "02_inverted_scaling"
    std::string verdict;  ///< as of a test; the most telling one of its tests'
    double points = 0;    ///< before any late penalty
    double max_points = 0;
    std::string hash;  ///< SHA-256 of the file; empty: not submitted
    /// When the file was handed in, seconds since 1970; none: not submitted.
    std::optional<std::int64_t> submitted;
    std::uint32_t seed = 0;
    std::string problem;    ///< why it was not graded or does not compile, for the student
    std::string warnings;   ///< the compiler's, in a few lines
    double seconds = 0;     ///< how long compiling and running took
    std::string graded_at;  ///< UTC, "2026-12-01T18:30:00Z"
    Circumstances circumstances;
    std::vector<TestRow> tests;  ///< in the course's order
};

struct StudentRow {
    std::string student;  ///< shown_name of the entry
    std::string entry;    ///< the entry's file name, any bytes
    std::vector<std::string> notes;
};

/// The open database. Not to be used by two threads at once.
class Results {
public:
    /// Opens DIR/grades.db to grade: makes the folder and the database when they are not there, and
    /// keeps every other ./lab grade out of DIR until this object ends.
    ///
    /// Errors: KitError that names DIR: another run uses it, no permission, disk full, a database
    ///         of a newer kit, or no database at all.
    static Results open_to_grade(const std::filesystem::path& directory);

    /// Opens what is there, to read. Errors: KitError as above, also when there is no grades.db.
    static Results open_to_read(const std::filesystem::path& directory);

    Results(Results&&) noexcept;
    ~Results();

    /// Sets or replaces. Each call is one transaction: after a kill either all of it is there or
    /// nothing. Errors: KitError (disk full); the database stays as it was.
    void put(const StudentRow& student);
    void put(const LessonRow& lesson);

    std::vector<StudentRow> students() const;  ///< by name
    /// All of a student's lessons, by name. `with_tests` false leaves `tests` empty.
    std::vector<LessonRow> lessons(const std::string& student, bool with_tests = true) const;
    std::optional<LessonRow> lesson(const std::string& student, const std::string& lesson) const;

private:
    Results(const std::filesystem::path& directory, bool writing);

    struct Close {
        void operator()(sqlite3* database) const;
    };
    std::filesystem::path path_;
    int lock_ = -1;
    std::unique_ptr<sqlite3, Close> database_;
};

}  // namespace lab::grade
