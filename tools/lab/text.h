// Text that comes from a student's program, made fit to be shown.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace lab::tool {

/// Valid UTF-8 without control characters other than newline and tab: a program's output must not
/// move the cursor or change the colours of the terminal that shows it. What is replaced is shown
/// as U+FFFD or, for a control character, as a question mark; what changes the direction or the
/// lines of the text around it, by its number: [U+202E].
std::string printable(std::string_view text);

/// The number of the first line that is not valid UTF-8 or holds a NUL, counted from 1.
std::optional<int> first_line_not_utf8(std::string_view text);

/// Lines broken between words where they are longer than `width` characters.
std::string wrapped(std::string_view text, std::size_t width);

/// Every line set in by four spaces.
std::string indented(std::string_view text, int spaces = 4);

}  // namespace lab::tool
