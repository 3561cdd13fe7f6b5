#include "feedback.h"

#include <fmt/format.h>

#include <algorithm>

#include "html.h"
#include "text.h"

namespace lab::grade {
namespace {

/// Longer than any run of backticks in the text.
std::string fence_for(const std::string& text, std::size_t least) {
    std::size_t longest = 0, run = 0;
    for (const char c : text) {
        run = c == '`' ? run + 1 : 0;
        longest = std::max(longest, run);
    }
    return std::string(std::max(least, longest + 1), '`');
}

std::string code_block(std::string_view written) {
    const std::string text = shortened(tool::printable(written));
    const std::string fence = fence_for(text, 3);
    return fmt::format("{}text\n{}{}{}\n\n", fence, text,
                       text.empty() || text.back() == '\n' ? "" : "\n", fence);
}

std::string code_span(std::string_view written) {
    std::string text = tool::printable(written);
    std::replace(text.begin(), text.end(), '\n', ' ');
    const std::string fence = fence_for(text, 1);
    // A space on both sides belongs to the fence.
    return fmt::format("{0} {1} {0}", fence, text);
}

/// The kit's own words, in which Markdown's characters mean themselves.
std::string plain(std::string_view words) {
    std::string result;
    for (const char c : words) {
        if (std::string_view("\\`*_[]<>&#~|!").find(c) != std::string_view::npos) result += '\\';
        result += c;
    }
    return result;
}

std::string tests_list(const LessonHandout& lesson) {
    std::string list;
    for (const TestRow& test : lesson.row.tests) {
        list += fmt::format("- {} {} ({}, {})\n", mark_of(test.verdict), plain(test.name),
                            plain(words_of(test.verdict)),
                            test.verdict == "grader_error"
                                ? "no points yet"
                                : fmt::format("{} of {} points", points_text(test.points),
                                              points_text(test.max_points)));
    }
    for (const std::string& line : withheld_text(lesson)) list += fmt::format("- {}\n", line);
    return list + "\n";
}

std::string lesson_text(const LessonHandout& lesson) {
    const LessonRow& row = lesson.row;
    std::string text =
        fmt::format("## {}: {}\n\n{} {}.\n\n", plain(lesson.title), score_text(lesson.score),
                    mark_of(row.verdict), plain(words_of(row.verdict)));
    const std::string late = lateness_text(lesson);
    if (!late.empty()) text += late + "\n\n";
    if (!row.problem.empty()) text += code_block(row.problem);
    if (row.verdict != "not_submitted") text += tests_list(lesson);
    for (const TestRow& test : row.tests) {
        if (!is_explained(test, row)) continue;
        text += fmt::format("### {} {}\n\n", mark_of(test.verdict), plain(test.name));
        text += code_block(test.message);
        if (!test.printed.empty()) {
            text += "Your code printed, in this test:\n\n" + code_block(test.printed);
        }
    }
    if (!row.warnings.empty()) text += "### The compiler warns\n\n" + code_block(row.warnings);
    const std::string next = next_step(lesson);
    if (!next.empty()) text += fmt::format("Next: {}\n\n", next);
    return text;
}

}  // namespace

std::string feedback(const Handout& student) {
    std::string text =
        fmt::format("# Dropout Lab: feedback for {}\n\n{}\n\n", code_span(student.name),
                    student.lessons.empty() ? "Nothing is graded yet."
                    : student.total.graded  ? fmt::format("**{}**", score_text(student.total))
                                            : "Not all is graded yet.");
    for (const LessonHandout& lesson : student.lessons) text += lesson_text(lesson);
    if (!student.notes.empty()) {
        std::string notes;
        for (const std::string& note : student.notes) notes += tool::printable(note) + "\n";
        text += "## About the files that were handed in\n\n" + code_block(notes);
    }
    return text;
}

}  // namespace lab::grade
