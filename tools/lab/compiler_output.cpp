#include "compiler_output.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <fstream>
#include <optional>
#include <regex>
#include <sstream>

#include "text.h"

namespace lab::tool {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t errors_shown = 3;
constexpr std::size_t longest_message = 240;

/// One error, at the place in the student's file that led to it.
struct CompileError {
    int line = 0;
    int column = 0;
    std::string message;
    bool inside_library = false;  ///< the compiler reports it somewhere else
};

/// What Eigen and the compiler mean by their most frequent words: a fact each, no solution. The
/// first that fits is shown. A typographic quote is up to three bytes.
struct Meaning {
    const char* pattern;
    const char* meaning;
};
constexpr std::array meanings{
    Meaning{"no match for .{1,3}operator[*/+-]=.*types are .{1,3}const",
            "The header says const: the function may read this and not write to it."},
    Meaning{
        "no match for .{1,3}operator.*(Array|array)",
        "Eigen keeps matrices and arrays apart: .array() and .matrix() turn one into the other."},
    Meaning{"invalid types .* for array subscript|operator\\[\\]",
            "An entry of a Matrix is m(i, j), with parentheses."},
    Meaning{
        ".{1,3}(Matrix|Index|Rng|NotWritten).{1,3} (does not name a type|was not declared)",
        "This name lives in namespace lab: does your code stand inside of namespace lab { … }?"},
    Meaning{
        "no match for .{1,3}operator[*/+-].*CwiseBinaryOp",
        "Both sides have to be of one kind: two matrices, two arrays, or a matrix and a float."},
    Meaning{
        "YOU_MIXED_DIFFERENT_NUMERIC_TYPES",
        "Eigen does not mix float and double in one expression: static_cast<float>(value) makes "
        "the types agree."},
    Meaning{
        "no match for .{1,3}operator[*/+-].*double",
        "A Matrix holds float, and Eigen does not mix it with double: static_cast<float>(value) "
        "makes the types agree."},
    Meaning{
        "YOU_CANNOT_MIX_ARRAYS_AND_MATRICES",
        "Eigen keeps matrices and arrays apart: .array() and .matrix() turn one into the other."},
    Meaning{"YOU_MIXED_MATRICES_OF_DIFFERENT_SIZES",
            "Both sides of an operation need the same shape."},
    Meaning{
        "INVALID_MATRIX_PRODUCT",
        "A product of matrices. Entry by entry it is a.cwiseProduct(b) or a.array() * b.array()."},
    Meaning{"THIS_METHOD_IS_ONLY_FOR_ARRAYS", "This function belongs to arrays: see .array()."},
    Meaning{"YOU_ARE_TRYING_TO_USE_AN_INDEX_BASED_ACCESSOR|THIS_COEFFICIENT_ACCESSOR",
            "What stands before the parentheses cannot be read or written entry by entry."},
    Meaning{"assignment of read-only|discards qualifiers|passing .{1,3}const|read-only reference",
            "The header says const: the function may read this and not write to it."},
};

std::string meaning_of(const std::string& message) {
    for (const Meaning& one : meanings) {
        if (std::regex_search(message, std::regex(one.pattern))) return one.meaning;
    }
    return "";
}

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) lines.push_back(line);
    return lines;
}

std::string line_of_file(const fs::path& source, int number) {
    std::ifstream file(source);
    std::string line;
    for (int i = 0; i < number && std::getline(file, line); ++i) {}
    if (!line.empty() && line.back() == '\r') line.pop_back();
    return line;
}

/// Types in an error message, spelled the way a student writes them.
std::string shorten(std::string message) {
    static const std::array<std::pair<const char*, const char*>, 6> names{{
        {"Eigen::Matrix<float, -1, -1, 1>", "Matrix"},
        {"Eigen::Matrix<float, -1, -1, Eigen::RowMajor>", "Matrix"},
        {"lab::Matrix", "Matrix"},
        {"std::__cxx11::basic_string<char>", "std::string"},
        {"Eigen::Index {aka long int}", "Index"},
        {"{aka ", "{"},
    }};
    for (const auto& [from, to] : names) {
        for (std::size_t at; (at = message.find(from)) != std::string::npos;) {
            message.replace(at, std::string(from).size(), to);
        }
    }
    if (message.size() > longest_message) {
        std::size_t end = longest_message;
        while (end > 0 && (static_cast<unsigned char>(message[end]) & 0xC0) == 0x80) --end;
        message = message.substr(0, end) + " …";
    }
    return message;
}

/// Reads the compiler's output; each error is put down to the student's line that it came from.
std::vector<CompileError> errors_in(const std::string& output, const fs::path& source) {
    static const std::regex diagnostic(R"(^(.*?):(\d+):(?:(\d+):)? (?:fatal )?error: (.*)$)");
    static const std::regex instantiated(R"(^\s*(.*?):(\d+):(\d+):\s+required from here$)");
    std::vector<CompileError> errors;
    std::optional<std::pair<int, int>> required_from;
    for (const std::string& line : lines_of(output)) {
        std::smatch match;
        if (line.size() > 20000) continue;
        if (std::regex_match(line, match, instantiated)) {
            if (match[1] == source.string()) {
                required_from = {std::stoi(match[2]), std::stoi(match[3])};
            }
        } else if (std::regex_match(line, match, diagnostic)) {
            CompileError error;
            error.message = match[4];
            if (match[1] == source.string()) {
                error.line = std::stoi(match[2]);
                error.column = match[3].matched ? std::stoi(match[3]) : 0;
            } else if (required_from) {
                std::tie(error.line, error.column) = *required_from;
                error.inside_library = true;
            } else {
                error.inside_library = true;
            }
            // One mistake inside of a template brings many errors; the first says enough.
            const bool repeated =
                std::any_of(errors.begin(), errors.end(),
                            [&](const CompileError& other) { return other.line == error.line; });
            if (!repeated) errors.push_back(error);
            if (match[1] == source.string()) required_from.reset();
        } else if (line.find("In instantiation of") != std::string::npos) {
            required_from.reset();
        }
    }
    // What stands in the student's own lines comes before what does not.
    std::stable_sort(errors.begin(), errors.end(),
                     [](const auto& a, const auto& b) { return (a.line > 0) > (b.line > 0); });
    return errors;
}

/// A function's declaration in the lesson's header, on one line.
std::string declaration_of(const Lesson& lesson, const std::string& function) {
    const std::string header = read_file(lesson.header);
    static const std::regex blank(R"(\s+)");
    const std::regex declaration("(?:^|\n)([^/\n][^;\n]*\\b" + function + "\\([^;]*;)");
    std::smatch match;
    if (!std::regex_search(header, match, declaration)) return function;
    return std::regex_replace(match[1].str(), blank, " ");
}

std::string how_it_ended(const Ended& program, const std::string& name) {
    switch (program.kind) {
        case Ended::Kind::timed_out:
            return fmt::format("The {} did not finish within 60 s and was stopped.", name);
        case Ended::Kind::too_much_output:
            return fmt::format("The {} printed more than 4 MiB and was stopped.", name);
        case Ended::Kind::signalled:
            return fmt::format("The {} itself ended with signal {}. Is the machine out of memory?",
                               name, program.code);
        default:
            return "";
    }
}

/// What mold's or GNU ld's message says is defined twice.
struct DefinedTwice {
    std::string symbol;
    std::string line;  ///< the whole line, which names the files
};

std::optional<DefinedTwice> defined_twice(const std::string& output) {
    static const std::regex pattern(
        R"((?:duplicate symbol: .*: |multiple definition of [`'])([A-Za-z_:~][^\n'`;]*))");
    std::smatch match;
    if (!std::regex_search(output, match, pattern)) return std::nullopt;
    const auto at = static_cast<std::size_t>(match.position());
    const auto begin = output.rfind('\n', at) + 1;  // npos + 1 is 0
    return DefinedTwice{match[1], output.substr(begin, output.find('\n', at) - begin)};
}

}  // namespace

std::string explain_compile_error(const Ended& compiler, const fs::path& source) {
    const std::string name = source.filename().string();
    if (const std::string end = how_it_ended(compiler, "compiler"); !end.empty()) return end;
    const std::vector<CompileError> errors = errors_in(compiler.output, source);
    if (errors.empty()) {
        return fmt::format("{} does not compile:\n{}", name,
                           printable(compiler.output.substr(0, 2000)));
    }

    std::string text;
    for (std::size_t i = 0; i < std::min(errors.size(), errors_shown); ++i) {
        const CompileError& error = errors[i];
        if (i > 0) text += '\n';
        if (error.line > 0) {
            text += fmt::format("{}:{}: {}\n", name, error.line, shorten(error.message));
            const std::string code = line_of_file(source, error.line);
            text += fmt::format("    {}\n", printable(code));
            if (error.column > 0 && static_cast<std::size_t>(error.column) <= code.size() + 1) {
                std::string blank = code.substr(0, static_cast<std::size_t>(error.column) - 1);
                // Tabs stay tabs; of a character of several bytes one place is kept.
                std::erase_if(
                    blank, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; });
                for (char& c : blank) c = c == '\t' ? '\t' : ' ';
                text += fmt::format("    {}^\n", blank);
            }
        } else {
            text += fmt::format("{}: {}\n", name, shorten(error.message));
        }
        if (const std::string meaning = meaning_of(error.message); !meaning.empty()) {
            text += fmt::format("    {}\n", meaning);
        }
    }
    if (errors.size() > errors_shown) {
        text += fmt::format("and {} more; the first one is often the cause of the others.\n",
                            errors.size() - errors_shown);
    }
    text.pop_back();
    return printable(text);
}

std::string explain_warnings(const std::string& compiler_output, const fs::path& source) {
    static const std::regex warning(R"(^(.*?):(\d+):(?:\d+:)? warning: (.*)$)");
    std::string text;
    for (const std::string& line : lines_of(compiler_output)) {
        std::smatch match;
        if (line.size() > 20000 || !std::regex_match(line, match, warning)) continue;
        if (match[1] != source.string()) continue;
        text += fmt::format("{}:{}: {}\n", source.filename().string(), match[2].str(),
                            shorten(match[3]));
    }
    return printable(text);
}

std::string explain_link_error(const Ended& linker, const fs::path& source, const Lesson& lesson) {
    const std::string name = source.filename().string();
    if (const std::string end = how_it_ended(linker, "linker"); !end.empty()) return end;

    static const std::regex missing(
        R"((?:undefined symbol: |undefined reference to [`'])([A-Za-z_:][^\n'`;]*))");
    if (const auto twice = defined_twice(linker.output)) {
        const std::string& symbol = twice->symbol;
        if (symbol == "main") {
            return fmt::format(
                "{} defines main(), and the tests bring a main() of their own.\n"
                "Remove yours: ./lab calls your functions for you.",
                name);
        }
        return printable(fmt::format(
            "{} defines {}, which the kit defines, too.\nGive yours another name, or put it into "
            "an unnamed namespace.",
            name, symbol));
    }
    std::smatch match;
    if (std::regex_search(linker.output, match, missing)) {
        const std::string symbol = match[1];
        for (const std::string& function : lesson.functions) {
            if (symbol.find("lab::" + function + "(") == std::string::npos) continue;
            return fmt::format(
                "{} does not define {} as the header declares it:\n    {}\n"
                "Is the name spelled like this, inside of namespace lab, with these very "
                "parameters?",
                name, function, declaration_of(lesson, function));
        }
        return printable(fmt::format("{} uses {}, which is not defined anywhere.", name, symbol));
    }
    return fmt::format("{} cannot be linked:\n{}", name, printable(linker.output.substr(0, 2000)));
}

std::string explain_clash(const Ended& linker, const std::vector<const Lesson*>& lessons,
                          const std::vector<fs::path>& objects) {
    const auto twice = defined_twice(linker.output);
    if (!twice) {
        return fmt::format("your lessons cannot be linked into one program:\n{}",
                           printable(linker.output.substr(0, 2000)));
    }
    std::vector<std::string> files;
    for (std::size_t i = 0; i < objects.size(); ++i) {
        if (twice->line.find(objects[i].filename().string()) != std::string::npos) {
            files.push_back(lessons[i]->shown_source());
        }
    }
    return printable(
        fmt::format("{} is defined in two of your files:\n    {}\nAlone each of them is fine; "
                    "together they clash. Put such a helper into an unnamed namespace, in both.",
                    twice->symbol, fmt::join(files, "\n    ")));
}

std::string explain_unusable_file(const fs::path& source) {
    const std::string name = source.filename().string();
    std::error_code error;
    if (!fs::exists(source, error)) {
        return fmt::format("{} is not there any more.", source.string());
    }
    if (!fs::is_regular_file(source, error)) {
        return fmt::format("{} is not a file.", source.string());
    }
    if (fs::file_size(source, error) > (std::size_t{1} << 20)) {
        return fmt::format("{} is larger than 1 MiB, which no solution needs.", name);
    }
    const std::string content = read_file(source);
    if (content.find_first_not_of(" \t\r\n") == std::string::npos) {
        return fmt::format("{} is empty.", name);
    }
    if (const auto line = first_line_not_utf8(content)) {
        return fmt::format(
            "{}:{}: this line is not text in UTF-8. Save the file as UTF-8 in your editor.", name,
            *line);
    }
    return "";
}

std::string remark_on_file(const fs::path& source) {
    const std::string content = read_file(source);
    if (content.find("\r\n") == std::string::npos) return "";
    return fmt::format(
        "{} has Windows line ends (CR LF). It is graded all the same; your editor can save it with "
        "Unix line ends (LF).",
        source.filename().string());
}

}  // namespace lab::tool
