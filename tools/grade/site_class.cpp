#include "site_class.h"

#include <fmt/format.h>

#include <algorithm>

#include "html.h"
#include "plot.h"
#include "site_handout.h"

namespace lab::grade {
namespace fs = std::filesystem;
namespace {

constexpr tool::PlotSize picture_size{960, 540};

/// The value below which `share` of the sorted values lie, between neighbours in proportion.
double quantile(const std::vector<double>& sorted, double share) {
    const double at = share * static_cast<double>(sorted.size() - 1);
    const auto below = static_cast<std::size_t>(at);
    const std::size_t above = std::min(below + 1, sorted.size() - 1);
    return sorted[below] + (at - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

double mean(const std::vector<double>& values) {
    double sum = 0;
    for (const double value : values) sum += value;
    return sum / static_cast<double>(values.size());
}

std::string heading(const std::vector<std::string>& columns) {
    std::string row = "<thead><tr>";
    for (const std::string& column : columns) {
        row += fmt::format("<th scope=\"col\"{}>{}</th>",
                           &column == columns.data() ? "" : " class=\"number\"", html_text(column));
    }
    return row + "</tr></thead>\n<tbody>\n";
}

std::string row(const std::string& name, const std::vector<std::string>& cells,
                const char* kind = " class=\"number\"") {
    std::string text = fmt::format("<tr><th scope=\"row\">{}</th>", name);
    for (const std::string& cell : cells) text += fmt::format("<td{}>{}</td>", kind, cell);
    return text + "</tr>\n";
}

std::string link(const std::string& page, const std::string& name) {
    return fmt::format("<a href=\"{}\">{}</a>", html_text(page), html_name(name));
}

std::string draw(const demo::Figure& figure, const fs::path& folder, const std::string& alt) {
    return html_picture(
        tool::plot(figure, tool::PlotTerminal::svg, picture_size, folder, figure.name), alt);
}

/// An identifier in lines short enough to stand under a bar.
std::string in_lines(const std::string& identifier) {
    constexpr std::size_t most = 11;
    std::string text;
    std::size_t column = 0;
    for (std::size_t begin = 0; begin < identifier.size();) {
        const std::size_t end = std::min(identifier.find('_', begin) + 1, identifier.size());
        const std::size_t length = (end == 0 ? identifier.size() : end) - begin;
        if (column > 0 && column + length > most) {
            text += '\n';
            column = 0;
        }
        text += identifier.substr(begin, length);
        column += length;
        begin += length;
    }
    return text;
}

/// An identifier that a narrow screen may break after each of its words.
std::string breakable(const std::string& identifier) {
    std::string result;
    for (const char c : html_text(identifier)) {
        result += c;
        if (c == '_') result += "<wbr/>";
    }
    return result;
}

std::string joined(const std::set<std::string>& values) {
    std::string text;
    for (const std::string& value : values) text += (text.empty() ? "" : "; ") + value;
    return text;
}

}  // namespace

void ClassSummary::add(const std::string& name, const std::string& page,
                       const std::vector<LessonRow>& rows) {
    Student student{name, page, {}, total(rows, course_)};
    for (const LessonRow& row : rows) {
        const Score one = score(row, course_);
        student.lessons[row.lesson] = {row.verdict, one};
        Lesson& lesson = lessons_[row.lesson];
        ++lesson.verdicts[row.verdict];
        if (!one.graded) {
            std::string problem = row.problem;
            for (const TestRow& test : row.tests) {
                if (problem.empty() && test.verdict == "grader_error") problem = test.message;
            }
            grader_errors_.push_back({students_.size(), row.lesson, problem});
            continue;
        }
        if (one.days_late > 0) late_.push_back({students_.size(), row.lesson, one});
        lesson.max_points = std::max(lesson.max_points, one.max_points);
        if (row.verdict != "not_submitted" && one.max_points > 0) {
            lesson.shares.push_back(100 * one.points / one.max_points);
        }
        std::set<std::string> diagnoses;
        for (const TestRow& test : row.tests) {
            if (!test.diagnosis.empty()) diagnoses.insert(test.diagnosis);
            if (row.verdict == "not_submitted") continue;
            auto found = std::find_if(lesson.tests.begin(), lesson.tests.end(),
                                      [&](const Test& known) { return known.name == test.name; });
            if (found == lesson.tests.end()) {
                found = lesson.tests.insert(found, Test{test.name});
            }
            ++found->graded;
            if (test.verdict == "passed") ++found->passed;
        }
        for (const std::string& diagnosis : diagnoses) ++lesson.mistakes[diagnosis];
        kits_.insert(row.circumstances.kit);
        toolchains_.insert(row.circumstances.toolchain);
        isolations_.insert(row.circumstances.isolation);
    }
    students_.push_back(std::move(student));
}

/// In the course's order; those that it does not know come last.
std::vector<std::string> ClassSummary::lesson_names() const {
    std::vector<std::string> names;
    for (const tool::Lesson& lesson : course_.lessons) {
        if (lessons_.count(lesson.name) > 0) names.push_back(lesson.name);
    }
    for (const auto& [name, lesson] : lessons_) {
        if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    }
    return names;
}

std::string ClassSummary::grader_errors() const {
    if (grader_errors_.empty()) return "";
    std::string rows =
        "<thead><tr><th scope=\"col\">Student</th><th scope=\"col\">Lesson</th>"
        "<th scope=\"col\">What went wrong</th></tr></thead>\n<tbody>\n";
    for (const GraderError& error : grader_errors_) {
        const Student& student = students_[error.student];
        rows += row(
            link(student.page, student.name),
            {html_text(title_of(error.lesson, course_)),
             error.problem.empty() ? "no reason is recorded" : html_text(shortened(error.problem))},
            "");
    }
    return fmt::format(
               "<section class=\"alarm\">\n<h2>Not graded: {} result{}</h2>\n"
               "<p>The grader failed here, not the student. These are no zeros: they count neither "
               "as points nor as mistakes, and totals that need them are marked with ?.</p>\n"
               "<p>What to do: type the same <code>./lab grade</code> again, which grades what is "
               "missing, and then <code>./lab report</code>. If it fails again, "
               "<code>./lab doctor</code> finds out which part does not work.</p>\n",
               grader_errors_.size(), grader_errors_.size() == 1 ? "" : "s") +
           html_table("Not graded", rows + "</tbody>\n") + "</section>\n";
}

std::string ClassSummary::points_by_lesson(const fs::path& folder) const {
    std::string text = "<h2 id=\"points\">Points by lesson</h2>\n";
    demo::Series box{
        "middle half, and the median", demo::Role::evaluation, demo::Style::box, {}, {}};
    demo::Series dots{"one student", demo::Role::data, demo::Style::points, {}, {}};
    demo::Panel panel{.title = "",
                      .x_label = "lesson",
                      .y_label = "% of the lesson's points",
                      .y_range = demo::Range{-5, 105}};
    std::string rows = heading({"Lesson", "Points", "Handed in", "Mean", "Lower quarter", "Median",
                                "Upper quarter", "All points"});
    for (const std::string& name : lesson_names()) {
        const Lesson& lesson = lessons_.at(name);
        std::vector<double> shares = lesson.shares;
        std::sort(shares.begin(), shares.end());
        const std::string title = title_of(name, course_);
        std::vector<std::string> cells{points_text(lesson.max_points),
                                       std::to_string(shares.size())};
        if (shares.empty()) {
            cells.insert(cells.end(), 5, "–");
        } else {
            const auto percent = [](double value) { return fmt::format("{:.0f} %", value); };
            const double low = quantile(shares, 0.25), middle = quantile(shares, 0.5),
                         high = quantile(shares, 0.75);
            cells.insert(
                cells.end(),
                {percent(mean(shares)), percent(low), percent(middle), percent(high),
                 std::to_string(std::count_if(shares.begin(), shares.end(),
                                              [](double share) { return share > 100 - 1e-9; }))});
            const auto place = static_cast<double>(panel.x_names.size());
            box.x.push_back(place);
            box.y.push_back(middle);
            box.low.push_back(low);
            box.high.push_back(high);
            // Equal results stand side by side, so that each can be seen.
            for (auto from = shares.begin(); from != shares.end();) {
                const auto to = std::upper_bound(from, shares.end(), *from + 0.5);
                const auto count = static_cast<double>(to - from);
                const double step = std::min(0.04, 0.6 / count);
                for (auto one = from; one != to; ++one) {
                    const auto k = static_cast<double>(one - from);
                    dots.x.push_back(place + step * (k - (count - 1) / 2));
                    dots.y.push_back(*one);
                }
                from = to;
            }
            panel.x_names.push_back(title.substr(0, title.find(' ')));
        }
        rows += row(html_text(title), cells);
    }
    if (panel.x_names.empty()) return text + "<p>Nobody has handed in anything yet.</p>\n";
    panel.x_range = demo::Range{-0.6, static_cast<double>(panel.x_names.size()) - 0.4};
    panel.series = {box, dots};
    return text +
           draw({"points", {{"Points of those who handed in, after lateness", {panel}}}}, folder,
                "A box for each lesson, from the lower to the upper quarter of the points in "
                "percent, with a dot for each student. The table below has the numbers.") +
           html_table("Points of those who handed in, after lateness", rows + "</tbody>\n");
}

std::string ClassSummary::results() const {
    std::vector<std::string> verdicts, columns{"Lesson"};
    for (const char* verdict :
         {"passed", "failed", "crashed", "timed_out", "ended_early", "out_of_memory",
          "compile_error", "not_started", "not_submitted", "grader_error"}) {
        const bool occurs = std::any_of(lessons_.begin(), lessons_.end(), [&](const auto& lesson) {
            return lesson.second.verdicts.count(verdict) > 0;
        });
        if (!occurs) continue;
        verdicts.emplace_back(verdict);
        columns.push_back(mark_of(verdict) + " " + words_of(verdict));
    }
    std::string rows = heading(columns);
    for (const std::string& name : lesson_names()) {
        std::vector<std::string> cells;
        for (const std::string& verdict : verdicts) {
            const auto& counts = lessons_.at(name).verdicts;
            const auto found = counts.find(verdict);
            cells.push_back(std::to_string(found == counts.end() ? 0 : found->second));
        }
        rows += row(html_text(title_of(name, course_)), cells);
    }
    return "<h2 id=\"results\">Results by lesson</h2>\n" +
           html_table("How many students got which result", rows + "</tbody>\n");
}

std::string ClassSummary::mistakes(const fs::path& folder) const {
    struct Mistake {
        std::string lesson, diagnosis;
        std::size_t students;
    };
    std::vector<Mistake> all;
    for (const std::string& name : lesson_names()) {
        for (const auto& [diagnosis, count] : lessons_.at(name).mistakes) {
            all.push_back({name, diagnosis, count});
        }
    }
    std::string text = "<h2 id=\"mistakes\">Mistakes</h2>\n";
    if (all.empty()) return text + "<p>No mistake has been named yet.</p>\n";
    std::stable_sort(all.begin(), all.end(),
                     [](const Mistake& a, const Mistake& b) { return a.students > b.students; });

    constexpr std::size_t most_bars = 8;
    demo::Series bars{"", demo::Role::training, demo::Style::bars, {}, {}};
    demo::Panel panel{.title = "", .x_label = "", .y_label = "students"};
    std::string rows =
        "<thead><tr><th scope=\"col\">Mistake</th><th scope=\"col\">Lesson</th>"
        "<th scope=\"col\" class=\"number\">Students</th></tr></thead>\n<tbody>\n";
    for (const Mistake& mistake : all) {
        const std::string title = title_of(mistake.lesson, course_);
        if (bars.x.size() < most_bars) {
            bars.x.push_back(static_cast<double>(bars.x.size()));
            bars.y.push_back(static_cast<double>(mistake.students));
            panel.x_names.push_back(title.substr(0, title.find(' ')) + "\n" +
                                    in_lines(mistake.diagnosis));
        }
        rows += fmt::format(
            "<tr><th scope=\"row\"><code>{}</code></th><td>{}</td><td class=\"number\">{}</td>"
            "</tr>\n",
            breakable(mistake.diagnosis), html_text(title), mistake.students);
    }
    panel.x_range = demo::Range{-0.6, static_cast<double>(bars.x.size()) - 0.4};
    panel.y_range = demo::Range{0, 1.1 * static_cast<double>(all.front().students) + 0.1};
    panel.series = {bars};
    return text +
           draw({"mistakes", {{"The most frequent mistakes, by lesson", {panel}}}}, folder,
                "A bar for each of the most frequent mistakes: how many students made it. The "
                "table below lists all.") +
           html_table("By how many students each mistake was made", rows + "</tbody>\n") +
           "<p>docs/json.md of the kit tells what each identifier means.</p>\n";
}

std::string ClassSummary::tests() const {
    std::string text = "<h2 id=\"tests\">Tests</h2>\n";
    for (const std::string& name : lesson_names()) {
        const Lesson& lesson = lessons_.at(name);
        if (lesson.tests.empty()) continue;
        std::string rows = heading({"Test", "Passed", "Of"});
        for (const Test& test : lesson.tests) {
            const tool::Visibility seen = visibility(course_, name, test.name);
            rows += row(html_text(test.name) + (seen == tool::Visibility::hidden ? " (hidden)"
                                                : seen == tool::Visibility::after_due_date
                                                    ? " (after the due date)"
                                                    : ""),
                        {std::to_string(test.passed), std::to_string(test.graded)});
        }
        text += html_table(title_of(name, course_), rows + "</tbody>\n");
    }
    return text;
}

std::string ClassSummary::late() const {
    std::string text = "<h2 id=\"late\">Late</h2>\n";
    if (late_.empty()) return text + "<p>Nobody was late.</p>\n";
    std::string rows =
        "<thead><tr><th scope=\"col\">Student</th><th scope=\"col\">Lesson</th>"
        "<th scope=\"col\" class=\"number\">Days</th>"
        "<th scope=\"col\" class=\"number\">Points earned</th>"
        "<th scope=\"col\" class=\"number\">Points that count</th></tr></thead>\n<tbody>\n";
    for (const Late& late : late_) {
        const Student& student = students_[late.student];
        rows += fmt::format(
            "<tr><th scope=\"row\">{}</th><td>{}</td><td class=\"number\">{}</td>"
            "<td class=\"number\">{}</td><td class=\"number\">{}</td></tr>\n",
            link(student.page, student.name), html_text(title_of(late.lesson, course_)),
            late.score.days_late, points_text(late.score.earned), points_text(late.score.points));
    }
    return text + html_table("Begun days after the due date", rows + "</tbody>\n");
}

std::string ClassSummary::list_of_students() const {
    std::string text = "<h2 id=\"students\">Students</h2>\n";
    if (students_.empty()) return text + "<p>Nobody is graded yet.</p>\n";
    const std::vector<std::string> names = lesson_names();
    std::vector<std::string> columns{"Student"};
    for (const std::string& name : names) {
        const std::string title = title_of(name, course_);
        columns.push_back(title.substr(0, title.find(' ')));
    }
    columns.emplace_back("Total");
    std::string rows = heading(columns);
    for (const Student& student : students_) {
        std::vector<std::string> cells;
        for (const std::string& name : names) {
            const auto found = student.lessons.find(name);
            if (found == student.lessons.end()) {
                cells.emplace_back("");
                continue;
            }
            const auto& [verdict, score] = found->second;
            cells.push_back(fmt::format("{}{} {}", score.days_late > 0 ? "late " : "",
                                        score.graded ? points_text(score.points) : "",
                                        mark_of(verdict)));
        }
        cells.push_back(points_text(student.total.points) + (student.total.graded ? "" : " ?"));
        rows += row(link(student.page, student.name), cells);
    }
    return text +
           html_table("Points: ✓ passed, ✗ failed, · nothing handed in or written, ? not graded",
                      rows + "</tbody>\n");
}

std::string ClassSummary::origin() const {
    if (kits_.empty()) return "";
    return fmt::format(
        "<h2>How this was graded</h2>\n<ul>\n<li>Kit: {}</li>\n<li>Toolchain: {}</li>\n"
        "<li>Isolation: {}</li>\n</ul>\n",
        html_text(joined(kits_)), html_text(joined(toolchains_)), html_text(joined(isolations_)));
}

std::string ClassSummary::page(const fs::path& folder) const {
    const std::string body =
        fmt::format(
            "<h1>Dropout Lab: the class</h1>\n<p>{} student{}. This page is for the instructor: it "
            "names everybody and counts hidden tests. The students' own pages do not.</p>\n"
            "<p>On this page: <a href=\"#points\">points</a>, <a href=\"#results\">results</a>, "
            "<a href=\"#mistakes\">mistakes</a>, <a href=\"#late\">who is late</a>, "
            "<a href=\"#students\">students</a>, <a href=\"#tests\">tests</a></p>\n",
            students_.size(), students_.size() == 1 ? "" : "s") +
        grader_errors() + points_by_lesson(folder) + results() + mistakes(folder) + late() +
        list_of_students() + tests() + origin();
    return html_page("Dropout Lab: the class", body);
}

}  // namespace lab::grade
