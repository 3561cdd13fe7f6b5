// How far a student has come: .lab/progress.json, which no update of the kit touches.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "check.h"
#include "course.h"

namespace lab::tool {

struct LessonProgress {
    bool passed = false;               ///< once passed, it stays so
    double points = 0;                 ///< the best so far
    std::map<std::string, int> hints;  ///< how many levels were shown, for each function
};

class Progress {
public:
    /// Reads the file, if there is one. One that cannot be read is set aside as
    /// progress.json.broken with a word on standard error, and progress starts anew.
    explicit Progress(const Course& course);

    const LessonProgress& of(const Lesson& lesson) const;
    LessonProgress& of(const Lesson& lesson);

    /// The lesson that the student is at. It changes by `move_to` alone.
    const Lesson& current() const;
    void move_to(const Lesson& lesson);

    /// The first lesson after `lesson` that is not passed; else the one after it; else itself.
    const Lesson& after(const Lesson& lesson) const;

    void note(const Lesson& lesson, const LessonResult& result);
    std::size_t passed() const;

    /// Errors: KitError when the file cannot be written.
    void save() const;

private:
    const Course* course_;
    std::filesystem::path path_;
    std::string current_;
    std::map<std::string, LessonProgress> lessons_;
};

}  // namespace lab::tool
