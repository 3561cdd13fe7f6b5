// What of a student's results may be given to that student, or shown under a pseudonym. Pages and
// feedback are written from this alone.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "points.h"
#include "results.h"

namespace lab::grade {

/// Tests that count and are not shown.
struct Withheld {
    std::size_t tests = 0;
    double points = 0;
    double max_points = 0;
};

struct LessonHandout {
    LessonRow row;                         ///< with the tests that are shown
    const tool::Lesson* lesson = nullptr;  ///< null: the course does not know it any more
    std::string title;                     ///< "02 Inverted scaling"
    Score score;
    Withheld hidden, after_due;
};

struct Handout {
    std::string name;  ///< the student's, or the pseudonym
    std::vector<std::string> notes;
    std::vector<LessonHandout> lessons;  ///< in the course's order
    Score total;
};

/// Leaves out hidden tests, and, unless `after_due`, those for after the due date; what the
/// grader's own fault was is not for students. With a pseudonym also notes, what was printed,
/// hashes and times, and replaces the name in messages.
Handout handout(const StudentRow& student, const std::vector<LessonRow>& lessons,
                const tool::Course& course, bool after_due,
                const std::optional<std::string>& pseudonym);

/// Replaces the name in the texts that may hold it.
void replace_name(LessonRow& row, const StudentRow& student, const std::string& pseudonym);

/// "02 Inverted scaling"; the name when the course does not know the lesson any more.
std::string title_of(const std::string& lesson, const tool::Course& course);

/// "✓", "✗", "·" (nothing was handed in or written) or "?" (not graded).
std::string mark_of(const std::string& verdict);

/// The verdict in words: "did not finish in time".
std::string words_of(const std::string& verdict);

/// "4 of 14 points", "not graded yet"
std::string score_text(const Score& score);

/// "Handed in 2026-12-03T10:00:00Z, 2 days late: 3 of 14 points are left of 4." Empty when in time.
std::string lateness_text(const LessonHandout& lesson);

/// "1 hidden test: 0 of 2 points", a line for each kind that there is.
std::vector<std::string> withheld_text(const LessonHandout& lesson);

/// Whether the test's message is to be shown: not that of a passed test, and not what the lesson's
/// problem says already.
bool is_explained(const TestRow& test, const LessonRow& lesson);

/// What the student does next: a command, with ` around it. Empty when all is done.
std::string next_step(const LessonHandout& lesson);

}  // namespace lab::grade
