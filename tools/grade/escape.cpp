#include "escape.h"

#include "text.h"

namespace lab::grade {

std::string markup_escaped(std::string_view text) {
    std::string result;
    for (const char c : tool::printable(text)) {
        switch (c) {
            case '&':
                result += "&amp;";
                break;
            case '<':
                result += "&lt;";
                break;
            case '>':
                result += "&gt;";
                break;
            case '"':
                result += "&quot;";
                break;
            case '\'':
                result += "&#39;";
                break;
            default:
                result += c;
        }
    }
    return result;
}

std::string csv_cell(std::string_view text, char delimiter) {
    const char special[] = {'"', '\r', '\n', delimiter, '\0'};
    if (text.find_first_of(special) == std::string_view::npos) return std::string(text);
    std::string result = "\"";
    for (const char c : text) {
        if (c == '"') result += '"';
        result += c;
    }
    return result + '"';
}

std::string spreadsheet_cell(std::string_view text, char delimiter) {
    const bool formula =
        !text.empty() && std::string_view("=+-@\t\r").find(text[0]) != std::string_view::npos;
    return csv_cell((formula ? "'" : "") + std::string(text), delimiter);
}

}  // namespace lab::grade
