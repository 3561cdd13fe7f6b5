// A check's result, for people and for programs.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "check.h"

namespace lab::tool {

/// Whether text may carry colours.
enum class Colour { none, ansi };

/// Colours when standard output is a terminal and NO_COLOR is not set.
Colour colour_of_standard_output();

/// The columns of the terminal on standard output; 1000 when there is none.
std::size_t width_of_standard_output();

/// A line for each test, then the first failure in full, and what to type next. `verbose` shows
/// each failure and all that the compiler printed.
std::string describe(const LessonResult& result, const Lesson& lesson, Colour colour, bool verbose);

/// The same for the check with all of a student's own code.
std::string describe(const LessonResult& result, const Integration& integration, Colour colour,
                     bool verbose);

/// The object that docs/json.md describes.
nlohmann::ordered_json to_json(const LessonResult& result);

/// "████████░░░░░░░░ 2 of 4 lessons"
std::string progress_bar(std::size_t done, std::size_t all, const std::string& what, Colour colour);

std::string bold(const std::string& text, Colour colour);
std::string green(const std::string& text, Colour colour);
std::string red(const std::string& text, Colour colour);
std::string dim(const std::string& text, Colour colour);

}  // namespace lab::tool
