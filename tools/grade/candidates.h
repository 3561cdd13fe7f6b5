// Which of the files that a student handed in is taken for which lesson, and what is said of the
// others.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "submissions.h"

namespace lab::grade {

/// A place within an entry: the names of the folders from the outside in, then the file's.
using Place = std::vector<std::string>;

/// With slashes, fit to be shown.
std::string shown_place(const Place& place);

/// The letters of ASCII only.
std::string lower_case(std::string text);

/// Whether no student's file is looked for in folders of this name: build, .git, the kit's
/// solutions and the like.
bool is_skipped_folder(const std::string& name);

/// Lines of one kind. Only the first few are kept, the rest is counted.
class Lines {
public:
    /// Does nothing when a kept line is the same.
    void add(std::string line);
    void move_to(std::vector<std::string>& notes);

private:
    std::vector<std::string> kept_;
    std::size_t more_ = 0;
};

/// What was found in one entry. Holds a few files for each lesson at most, however many are
/// offered.
class Candidates {
public:
    explicit Candidates(const tool::Course& course);

    /// The lesson that a file is for.
    struct Lesson {
        std::size_t index = 0;
        bool exact = true;  ///< false: by a name that a browser or an LMS has changed
    };

    /// By its name, and by its folder where two lessons have a file of this name.
    std::optional<Lesson> lesson_of(const Place& place) const;

    void offer(const Lesson& lesson, const Place& place, std::string content, std::int64_t time);
    void ignore(const Place& file);
    void skip_folder(const Place& folder);

    /// What is not taken although it might be looked for, and why.
    void refuse(const Place& place, const std::string& reason);

    /// Of the entry as a whole.
    void note(std::string line);

    Submission submission(const std::string& student) &&;

private:
    struct Candidate {
        std::string place, content, hash;
        std::int64_t time = 0;
        bool written = true;  ///< false: blank or the stub
        bool exact = true;
        bool in_lesson_folder = false;
        std::size_t depth = 0;
        std::size_t number = 0;  ///< in the order in which they were found
    };

    static bool better(const Candidate& one, const Candidate& other);
    static std::string reason_against(const Candidate& other, const Candidate& taken);
    bool kit_has(const Place& file) const;

    const tool::Course& course_;
    std::vector<std::string> kit_names_;           ///< in the kit's root
    std::vector<std::vector<Candidate>> lessons_;  ///< the best first
    std::vector<std::size_t> more_;                ///< candidates that are only counted
    std::size_t offered_ = 0;
    std::vector<std::string> notes_;
    Lines refused_, ignored_, skipped_;
    std::size_t kit_files_ = 0;
    std::string kit_file_;  ///< the first of them by name
};

}  // namespace lab::grade
