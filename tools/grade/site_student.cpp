#include "site_student.h"

#include <fmt/format.h>

#include <algorithm>

#include "html.h"
#include "text.h"

namespace lab::grade {
namespace {

/// `words` between backticks as code.
std::string with_code(const std::string& text) {
    std::string result;
    bool code = false;
    for (const char c : html_text(text)) {
        if (c != '`') result += c;
        else result += (code = !code) ? "<code>" : "</code>";
    }
    return result;
}

std::string block(std::string_view text) {
    return fmt::format("<pre>{}</pre>\n", html_text(shortened(text)));
}

std::string overview(const Handout& student) {
    std::string rows =
        "<thead><tr><th scope=\"col\">Lesson</th><th scope=\"col\">Result</th>"
        "<th scope=\"col\" class=\"number\">Points</th></tr></thead>\n<tbody>\n";
    for (const LessonHandout& lesson : student.lessons) {
        const Score& score = lesson.score;
        rows += fmt::format(
            "<tr><th scope=\"row\"><a href=\"#lesson-{}\">{}</a></th><td>{} {}{}</td>"
            "<td class=\"number\">{}</td></tr>\n",
            &lesson - student.lessons.data() + 1, html_text(lesson.title),
            mark_of(lesson.row.verdict), html_text(words_of(lesson.row.verdict)),
            score.days_late > 0 ? ", late" : "",
            score.graded
                ? fmt::format("{} of {}", points_text(score.points), points_text(score.max_points))
                : "not graded yet");
    }
    return html_table("Results by lesson", rows + "</tbody>\n");
}

std::string tests_list(const LessonHandout& lesson) {
    std::string list = "<ul class=\"tests\">\n";
    for (const TestRow& test : lesson.row.tests) {
        const std::string points = test.verdict == "grader_error"
                                       ? "no points yet"
                                       : fmt::format("{} of {} points", points_text(test.points),
                                                     points_text(test.max_points));
        list += fmt::format("<li><span class=\"mark\">{}</span>{} ({}, {})</li>\n",
                            mark_of(test.verdict), html_text(test.name),
                            html_text(words_of(test.verdict)), points);
    }
    for (const std::string& line : withheld_text(lesson)) {
        list += fmt::format("<li><span class=\"mark\">+</span>{}</li>\n", html_text(line));
    }
    return list + "</ul>\n";
}

std::string explained(const TestRow& test, const PictureOf& picture_of) {
    std::string text = fmt::format("<h3>{} {}</h3>\n", mark_of(test.verdict), html_text(test.name));
    text += block(test.message);
    if (test.comparison) {
        const Matrix& yours = test.comparison->yours;
        const std::filesystem::path picture = picture_of(test);
        if (picture.empty()) {
            text += "<p>There is no picture of this failure: it could not be drawn.</p>\n";
        } else {
            text += html_picture(
                picture, fmt::format("Your result, {}×{}, beside that of {}. The text above says "
                                     "where they differ.",
                                     yours.rows(), yours.cols(), test.comparison->target_name));
        }
    }
    if (!test.printed.empty()) {
        text += "<p>Your code printed, in this test:</p>\n" + block(test.printed);
    }
    return text;
}

std::string section(const LessonHandout& lesson, std::ptrdiff_t number,
                    const PictureOf& picture_of) {
    const LessonRow& row = lesson.row;
    std::string text = fmt::format("<section>\n<h2 id=\"lesson-{}\">{}: {}</h2>\n<p>{} {}.</p>\n",
                                   number, html_text(lesson.title), score_text(lesson.score),
                                   mark_of(row.verdict), html_text(words_of(row.verdict)));
    const std::string late = lateness_text(lesson);
    if (!late.empty()) text += fmt::format("<p>{}</p>\n", html_text(late));
    if (!row.problem.empty()) text += block(row.problem);
    if (row.verdict != "not_submitted") text += tests_list(lesson);
    for (const TestRow& test : row.tests) {
        if (is_explained(test, row)) text += explained(test, picture_of);
    }
    if (!row.warnings.empty()) { text += "<h3>The compiler warns</h3>\n" + block(row.warnings); }
    const std::string next = next_step(lesson);
    if (!next.empty()) text += fmt::format("<p>Next: {}</p>\n", with_code(next));
    return text + "</section>\n";
}

/// So that a grade can be defended: what was graded, and how.
std::string origins(const Handout& student) {
    std::string rows =
        "<thead><tr><th scope=\"col\">Lesson</th><th scope=\"col\">File (SHA-256)</th>"
        "<th scope=\"col\">Handed in</th><th scope=\"col\">Graded</th>"
        "<th scope=\"col\">Kit</th><th scope=\"col\">Seed</th></tr></thead>\n<tbody>\n";
    for (const LessonHandout& lesson : student.lessons) {
        const LessonRow& row = lesson.row;
        rows += fmt::format(
            "<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td><td>{}</td><td>{}</td>"
            "<td class=\"number\">{}</td></tr>\n",
            html_text(lesson.title),
            row.hash.empty() ? "–" : html_text(row.hash.substr(0, 16)) + "…",
            row.submitted ? utc_text(*row.submitted) : "–",
            row.graded_at.empty() ? "–" : html_text(row.graded_at),
            html_text(row.circumstances.kit), row.seed);
    }
    return "<h2>How this was graded</h2>\n" +
           html_table("What was graded, and with what", rows + "</tbody>\n");
}

}  // namespace

std::string student_page(const Handout& student, const PictureOf& picture_of) {
    std::string body = fmt::format("<h1>{}</h1>\n<p>Dropout Lab: <strong>{}</strong>{}</p>\n",
                                   html_name(student.name),
                                   student.lessons.empty() ? "nothing is graded yet"
                                   : student.total.graded  ? score_text(student.total)
                                                           : "not all is graded yet",
                                   student.total.days_late > 0 ? ", some of it late" : "");
    if (!student.lessons.empty()) body += overview(student);
    for (const LessonHandout& lesson : student.lessons) {
        body += section(lesson, &lesson - student.lessons.data() + 1, picture_of);
    }
    if (!student.notes.empty()) {
        std::string notes;
        for (const std::string& note : student.notes) notes += tool::printable(note) + "\n";
        body += "<h2>About the files that were handed in</h2>\n" + block(notes);
    }
    if (!student.lessons.empty()) body += origins(student);
    return html_page(student.name, body);
}

}  // namespace lab::grade
