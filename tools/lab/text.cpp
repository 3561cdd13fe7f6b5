#include "text.h"

#include <fmt/format.h>

#include <cstdint>

namespace lab::tool {
namespace {

/// The character that the valid sequence at the start of text, of this length, stands for.
std::uint32_t code_point(std::string_view text, std::size_t length) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    std::uint32_t code = length == 1 ? byte(0) : byte(0) & (0xFFu >> (length + 1));
    for (std::size_t i = 1; i < length; ++i) code = code << 6 | (byte(i) & 0x3Fu);
    return code;
}

/// Characters that cannot be seen themselves, but change what the text around them looks like:
/// marks of direction, line separators, and U+FFFE and U+FFFF, which XML cannot hold.
bool is_disguise(std::uint32_t code) {
    return code == 0x061C || code == 0x200E || code == 0x200F ||
           (code >= 0x2028 && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069) ||
           code == 0xFEFF || code == 0xFFFE || code == 0xFFFF;
}

/// The length of the valid UTF-8 sequence at the start of text, or 0.
std::size_t sequence_length(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char first = byte(0);
    if (first < 0x80) return 1;
    const std::size_t length = first >= 0xC2 && first < 0xE0   ? 2
                               : first >= 0xE0 && first < 0xF0 ? 3
                               : first >= 0xF0 && first < 0xF5 ? 4
                                                               : 0;
    if (length == 0 || text.size() < length) return 0;
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xC0) != 0x80) return 0;
    }
    const std::uint32_t code = code_point(text, length);
    const bool overlong = (length == 3 && code < 0x800) || (length == 4 && code < 0x10000);
    const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
    return overlong || surrogate || code > 0x10FFFF ? 0 : length;
}

}  // namespace

std::string printable(std::string_view text) {
    std::string result;
    while (!text.empty()) {
        const std::size_t length = sequence_length(text);
        const auto first = static_cast<unsigned char>(text[0]);
        // U+0080 to U+009F are control characters, too.
        const bool c1 = length == 2 && first == 0xC2 && static_cast<unsigned char>(text[1]) < 0xA0;
        if (length == 0) {
            result += "\uFFFD";
        } else if ((length == 1 && (first < 0x20 || first == 0x7F) && first != '\n' &&
                    first != '\t') ||
                   c1) {
            if (first != '\r') result += '?';
        } else if (const std::uint32_t code = code_point(text, length); is_disguise(code)) {
            result += fmt::format("[U+{:04X}]", code);
        } else {
            result += text.substr(0, length);
        }
        text.remove_prefix(length == 0 ? 1 : length);
    }
    return result;
}

std::optional<int> first_line_not_utf8(std::string_view text) {
    int line = 1;
    while (!text.empty()) {
        const std::size_t length = sequence_length(text);
        if (length == 0 || text[0] == '\0') return line;
        if (text[0] == '\n') ++line;
        text.remove_prefix(length);
    }
    return std::nullopt;
}

std::string wrapped(std::string_view text, std::size_t width) {
    std::string result;
    std::size_t column = 0, last_space = std::string::npos, column_after_space = 0;
    for (const char c : text) {
        const bool starts_character = (static_cast<unsigned char>(c) & 0xC0) != 0x80;
        if (c == '\n') {
            column = 0;
            last_space = std::string::npos;
        } else if (starts_character) {
            ++column;
        }
        result += c;
        if (c == ' ') {
            last_space = result.size() - 1;
            column_after_space = column;
        } else if (column > width && last_space != std::string::npos) {
            result[last_space] = '\n';
            column -= column_after_space;
            last_space = std::string::npos;
        }
    }
    return result;
}

std::string indented(std::string_view text, int spaces) {
    std::string result;
    bool at_start = true;
    for (const char c : text) {
        if (at_start && c != '\n') result.append(static_cast<std::size_t>(spaces), ' ');
        result += c;
        at_start = c == '\n';
    }
    return result;
}

}  // namespace lab::tool
