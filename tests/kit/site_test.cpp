// ./lab report: pages that hold whatever students called themselves and printed, and nothing that
// is not for them.
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <fstream>
#include <map>
#include <set>
#include <stdexcept>

#include "error.h"
#include "folder.h"
#include "html.h"
#include "results.h"
#include "scratch.h"
#include "site.h"

using namespace lab;
using namespace lab::grade;
using namespace lab::kit;
using Catch::Matchers::ContainsSubstring;

namespace {

// --- Reading a page ------------------------------------------------------------------------------

/// A page as an XML parser sees it. Stricter than HTML needs: what is well-formed here means the
/// same to every browser.
struct Page {
    struct Element {
        std::string name;
        std::map<std::string, std::string> attributes;
    };
    std::vector<Element> elements;
    std::string text;     ///< of all elements, in order, but the style
    std::string problem;  ///< why it is not well-formed; empty: it is

    std::size_t count(const std::string& name) const {
        return static_cast<std::size_t>(
            std::count_if(elements.begin(), elements.end(),
                          [&](const Element& element) { return element.name == name; }));
    }
};

class PageReader {
public:
    explicit PageReader(const std::string& source) : source_(source) {
        try {
            read();
        } catch (const std::runtime_error& error) {
            page.problem = fmt::format("{} near: {}", error.what(),
                                       source_.substr(at_ < 40 ? 0 : at_ - 40, 100));
        }
    }
    Page page;

private:
    static void require(bool condition, const std::string& otherwise) {
        if (!condition) throw std::runtime_error(otherwise);
    }

    bool skip(const std::string& expected) {
        if (source_.compare(at_, expected.size(), expected) != 0) return false;
        at_ += expected.size();
        return true;
    }

    std::string until(const std::string& end) {
        const std::size_t found = source_.find(end, at_);
        require(found != std::string::npos, "no " + end);
        const std::string text = source_.substr(at_, found - at_);
        at_ = found + end.size();
        return text;
    }

    std::string name() {
        const std::size_t end =
            source_.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-", at_);
        require(end != at_ && end != std::string::npos, "no name");
        const std::string word = source_.substr(at_, end - at_);
        at_ = end;
        return word;
    }

    static std::string decoded(const std::string& text) {
        static const std::map<std::string, std::string> entities{
            {"amp", "&"}, {"lt", "<"}, {"gt", ">"}, {"quot", "\""}, {"#39", "'"}};
        std::string result;
        for (std::size_t i = 0; i < text.size(); ++i) {
            const auto byte = static_cast<unsigned char>(text[i]);
            require(byte >= 0x20 || byte == '\n' || byte == '\t', "a control character");
            require(text[i] != '<', "a bare <");
            if (text[i] != '&') {
                result += text[i];
                continue;
            }
            const std::size_t end = text.find(';', i);
            require(end != std::string::npos, "a bare &");
            const auto entity = entities.find(text.substr(i + 1, end - i - 1));
            require(entity != entities.end(), "an unknown entity");
            result += entity->second;
            i = end;
        }
        return result;
    }

    void read() {
        require(skip("<!DOCTYPE html>"), "no document type");
        std::vector<std::string> open;
        while (at_ < source_.size()) {
            if (source_[at_] != '<') {
                const std::size_t end = std::min(source_.find('<', at_), source_.size());
                const std::string text = decoded(source_.substr(at_, end - at_));
                if (open.empty() || open.back() != "style") page.text += text;
                at_ = end;
            } else if (skip("<!--")) {
                until("-->");
            } else if (skip("</")) {
                require(!open.empty() && open.back() == name(), "an element that is not open ends");
                open.pop_back();
                require(skip(">"), "no >");
            } else if (skip("<")) {
                Page::Element element{name(), {}};
                while (skip(" ")) {
                    const std::string attribute = name();
                    require(skip("=\""), "an attribute without a quoted value");
                    element.attributes[attribute] = decoded(until("\""));
                }
                const bool empty = skip("/");
                require(skip(">"), "no > after " + element.name);
                if (!empty) open.push_back(element.name);
                page.elements.push_back(std::move(element));
            }
        }
        require(open.empty(), "an element stays open");
    }

    const std::string& source_;
    std::size_t at_ = 0;
};

std::vector<fs::path> files_in(const fs::path& folder) {
    std::vector<fs::path> files;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
        if (entry.is_regular_file()) files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    return files;
}

std::map<fs::path, Page> pages_in(const fs::path& folder) {
    std::map<fs::path, Page> pages;
    for (const fs::path& file : files_in(folder)) {
        if (file.extension() != ".html") continue;
        pages[file] = PageReader(tool::read_file(file)).page;
    }
    return pages;
}

/// The SVG of a page's picture.
std::string picture_of(const Page::Element& image) {
    const std::string data = image.attributes.at("src");
    const std::string head = "data:image/svg+xml,";
    if (data.rfind(head, 0) != 0) return "";
    std::string svg;
    for (std::size_t i = head.size(); i < data.size(); ++i) {
        if (data[i] != '%') {
            svg += data[i];
            continue;
        }
        svg += static_cast<char>(std::stoi(data.substr(i + 1, 2), nullptr, 16));
        i += 2;
    }
    return svg;
}

std::vector<std::string> pictures_of(const Page& page) {
    std::vector<std::string> pictures;
    for (const Page::Element& element : page.elements) {
        if (element.name == "img") pictures.push_back(picture_of(element));
    }
    return pictures;
}

/// All that is in the report, or in one of its folders.
std::string all_of(const fs::path& folder) {
    std::string all;
    for (const fs::path& file : files_in(folder))
        all += file.string() + "\n" + tool::read_file(file);
    return all;
}

/// What Markdown does not take for code. Only what the kit writes: fences at a line's start, and
/// code spans within one line.
std::string outside_of_code(const std::string& markdown) {
    std::istringstream lines(markdown);
    std::string outside, fence;
    for (std::string line; std::getline(lines, line);) {
        const std::size_t run = std::min(line.find_first_not_of('`'), line.size());
        if (!fence.empty()) {
            if (line == fence) fence.clear();
            continue;
        }
        if (run >= 3 && line.substr(run) == "text") {
            fence = line.substr(0, run);
            continue;
        }
        for (std::size_t i = 0; i < line.size(); ++i) {
            if (line[i] != '`' || (i > 0 && line[i - 1] == '\\')) {
                outside += line[i];
                continue;
            }
            std::size_t end = std::min(line.find_first_not_of('`', i), line.size());
            const std::string ticks = line.substr(i, end - i);
            // The next run of exactly as many.
            while ((end = line.find(ticks, end)) != std::string::npos &&
                   line.substr(end + ticks.size(), 1) == "`") {
                end = line.find_first_not_of('`', end);
            }
            if (end == std::string::npos) return "an open code span: " + line;
            i = end + ticks.size() - 1;
        }
        outside += '\n';
    }
    return fence.empty() ? outside : "an open code block";
}

// --- A class -------------------------------------------------------------------------------------

constexpr std::int64_t noon = 1'796'126'400;  // 2026-12-01T12:00:00Z

/// The lesson's tests with the verdict, as ./lab grade keeps them.
LessonRow lesson_row(const std::string& student, std::size_t lesson_index,
                     const std::string& verdict) {
    const tool::Lesson& lesson = course().lessons.at(lesson_index);
    LessonRow row;
    row.student = student;
    row.lesson = lesson.name;
    row.verdict = verdict;
    row.max_points = lesson.points;
    if (verdict != "not_submitted") {
        row.hash = std::string(64, 'a');
        row.submitted = noon;
    }
    row.graded_at = "2026-12-02T08:00:00Z";
    row.circumstances = {"v1-5-gabc", "GNU 12.2.0, LibTorch 1.13.1", "bubblewrap", ""};
    for (const tool::TestEntry& entry : lesson.tests) {
        TestRow test;
        test.name = entry.name;
        test.verdict = verdict;
        test.max_points = entry.points;
        test.points = verdict == "passed" ? entry.points : 0;
        row.points += test.points;
        row.tests.push_back(std::move(test));
    }
    return row;
}

/// The first test fails like this.
LessonRow failing(const std::string& student, std::size_t lesson, const std::string& message) {
    LessonRow row = lesson_row(student, lesson, "passed");
    row.verdict = row.tests[0].verdict = "failed";
    row.points -= row.tests[0].points;
    row.tests[0].points = 0;
    row.tests[0].message = message;
    row.tests[0].diagnosis = "scaled_by_p";
    return row;
}

tool::Comparison comparison() {
    Matrix target(3, 4);
    target << 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12;
    return {target * 0.5F, target, "LibTorch"};
}

class Class {
public:
    fs::path directory() const { return folder_.path() / "results"; }
    fs::path report_folder() const { return directory() / "report"; }

    void add(const StudentRow& student, const std::vector<LessonRow>& lessons = {}) const {
        Results results = Results::open_to_grade(directory());
        results.put(student);
        for (const LessonRow& lesson : lessons) results.put(lesson);
    }

    WrittenReport report(ReportOptions options = {}, const tool::Course& by = course()) const {
        options.directory = directory();
        return write_report(by, options, [](std::size_t, std::size_t) {});
    }

private:
    tool::TemporaryFolder folder_;
};

const std::vector<std::string> hostile{
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "' onmouseover='alert(1)",
    "a & b &lt; &#60;script&#62;",
    "]]> --> <!-- <![CDATA[",
    "</pre></main></html><svg/onload=alert(1)>",
    "-rf",
    "=HYPERLINK(\"http://evil.example\")",
    "[a link](http://evil.example) ![](http://evil.example/x.png)",
    "``` \n```\n# heading\n<b>bold</b>",
    "````text",
    "\x1b[31mred\x07 and \xff\xfe and NUL",
    "\u202Eright to left\u202C \u2066",
    "\uFFFE \uFFFF \u2028",
    "王小明",
    "../../../etc/passwd",
};

}  // namespace

TEST_CASE("a report's pages are well-formed and hold no script, whatever students write",
          "[site]") {
    const Class of_2026;
    for (std::size_t i = 0; i < hostile.size(); ++i) {
        const std::string& bad = hostile[i];
        std::string name = fmt::format("{} {}", bad.substr(0, bad.find('\n')), i);
        LessonRow failed = failing(name, 1, bad);
        failed.tests[0].printed = bad;
        failed.warnings = bad;
        LessonRow broken = lesson_row(name, 2, "compile_error");
        broken.problem = bad;
        LessonRow error = lesson_row(name, 3, "grader_error");
        error.problem = bad;
        of_2026.add({name, name, {bad, bad}}, {failed, broken, error});
    }

    const WrittenReport written = of_2026.report();

    CHECK(written.students == hostile.size());
    const auto pages = pages_in(of_2026.report_folder());
    REQUIRE(pages.size() == hostile.size() + 1);
    const std::set<std::string> known{
        "html",  "head",   "meta", "title", "style", "body",   "main",    "section",
        "h1",    "h2",     "h3",   "p",     "ul",    "li",     "a",       "pre",
        "code",  "strong", "bdi",  "span",  "div",   "table",  "caption", "thead",
        "tbody", "tr",     "th",   "td",    "img",   "figure", "wbr"};
    const std::set<std::string> attributes{
        "lang", "charset", "http-equiv", "content",  "name", "class", "id",
        "href", "role",    "scope",      "tabindex", "src",  "alt",   "aria-label"};
    for (const auto& [file, page] : pages) {
        INFO(file);
        CHECK(page.problem == "");
        for (const Page::Element& element : page.elements) {
            INFO(element.name);
            CHECK(known.count(element.name) == 1);
            for (const auto& [attribute, value] : element.attributes) {
                INFO(attribute << "=" << value);
                CHECK(attributes.count(attribute) == 1);
            }
        }
        CHECK_THAT(tool::read_file(file), !ContainsSubstring("\u202E"));
    }
    // Nothing is lost by that: the class's page shows each name, and what went wrong.
    const Page& index = pages.at(of_2026.report_folder() / "index.html");
    for (const std::size_t i : {0u, 1u, 2u, 3u, 4u, 5u, 6u, 7u, 8u, 14u, 15u}) {
        CHECK_THAT(index.text, ContainsSubstring(hostile[i]));
    }
    CHECK_THAT(index.text, ContainsSubstring("[U+202E]right to left[U+202C]"));
}

TEST_CASE("Markdown feedback forms no link, picture, heading or HTML from what students write",
          "[site]") {
    const Class of_2026;
    for (std::size_t i = 0; i < hostile.size(); ++i) {
        const std::string& bad = hostile[i];
        const std::string name = fmt::format("{} {}", bad.substr(0, bad.find('\n')), i);
        LessonRow failed = failing(name, 1, "DANGER " + bad);
        failed.tests[0].printed = bad + " DANGER";
        of_2026.add({name, name, {"DANGER " + bad}}, {failed});
    }

    of_2026.report();

    std::size_t files = 0;
    for (const fs::path& file : files_in(of_2026.report_folder() / "feedback")) {
        if (file.extension() != ".md") continue;
        ++files;
        const std::string markdown = tool::read_file(file), outside = outside_of_code(markdown);
        INFO(markdown);
        CHECK_THAT(markdown, ContainsSubstring("DANGER"));
        CHECK_THAT(markdown, ContainsSubstring("./lab check 02 --verbose"));
        for (const char* part :
             {"DANGER", "evil", "alert", "open code", "heading", "bold", "red"}) {
            CHECK_THAT(outside, !ContainsSubstring(part));
        }
    }
    CHECK(files == hostile.size());
    // Whose is which: a spreadsheet takes no name for a formula.
    const std::string index = tool::read_file(of_2026.report_folder() / "feedback" / "index.csv");
    CHECK_THAT(index, ContainsSubstring(",\"'=HYPERLINK(\"\"http"));
    CHECK_THAT(index, ContainsSubstring(",\"'-rf 6\","));
}

TEST_CASE("every link within a report leads to a page, and every page opens alone", "[site]") {
    const Class of_2026;
    LessonRow failed = failing("ada", 1, "wrong");
    failed.tests[0].comparison = comparison();
    of_2026.add({"ada", "ada", {}}, {failed, lesson_row("ada", 2, "passed")});
    of_2026.add({"bo", "bo.zip", {}}, {lesson_row("bo", 1, "not_submitted")});

    of_2026.report();

    std::size_t links = 0;
    for (const auto& [file, page] : pages_in(of_2026.report_folder())) {
        std::set<std::string> ids;
        for (const Page::Element& element : page.elements) {
            if (element.attributes.count("id") == 0) continue;
            CHECK(ids.insert(element.attributes.at("id")).second);
        }
        std::string order;
        for (const Page::Element& element : page.elements) {
            if (element.name == "a") {
                ++links;
                const std::string to = element.attributes.at("href");
                INFO(to);
                if (to[0] == '#') CHECK(ids.count(to.substr(1)) == 1);
                else CHECK(fs::exists(file.parent_path() / to));
            }
            if (element.name == "img") {
                CHECK_THAT(picture_of(element), ContainsSubstring("<svg"));
                CHECK(!element.attributes.at("alt").empty());
            }
            // Headings: one first, none left out on the way down.
            if (element.name.size() == 2 && element.name[0] == 'h' && element.name[1] < '9') {
                CHECK(element.name[1] <= (order.empty() ? '0' : order.back()) + 1);
                order += element.name[1];
            }
        }
        CHECK(std::count(order.begin(), order.end(), '1') == 1);
        CHECK(page.count("table") == page.count("caption"));
        CHECK(page.elements.front().attributes.at("lang") == "en");
    }
    CHECK(links == 11);
    CHECK_FALSE(fs::exists(of_2026.report_folder() / "pictures"));
}

TEST_CASE("a failure's picture shows both matrices, and is drawn once for all who share it",
          "[site]") {
    const Class of_2026;
    for (const std::string name : {"ada", "bo", "cy"}) {
        LessonRow failed = failing(name, 1, "wrong");
        failed.tests[0].comparison = comparison();
        if (name == "cy") {
            // Nothing of this can be drawn to scale; the page is written all the same.
            failed.tests[0].comparison->yours.setConstant(NAN);
        }
        of_2026.add({name, name, {}}, {failed});
    }

    const WrittenReport written = of_2026.report();

    CHECK(written.pictures == 2);
    CHECK(written.no_picture == "");
    for (const char* file : {"0001.html", "0002.html", "0003.html"}) {
        const fs::path path = of_2026.report_folder() / "students" / file;
        const auto pictures = pictures_of(PageReader(tool::read_file(path)).page);
        REQUIRE(pictures.size() == 1);
        CHECK_THAT(pictures[0], ContainsSubstring(">yours<") && ContainsSubstring(">LibTorch<") &&
                                    ContainsSubstring(">yours - LibTorch<"));
    }
    const Page index = PageReader(tool::read_file(of_2026.report_folder() / "index.html")).page;
    const auto pictures = pictures_of(index);
    REQUIRE(pictures.size() == 2);
    CHECK_THAT(pictures[0], ContainsSubstring("lesson"));
    CHECK_THAT(pictures[1], ContainsSubstring(">scaled_by_p<"));
    CHECK_THAT(index.text, ContainsSubstring("scaled_by_p02 Inverted scaling3"));
}

TEST_CASE("a hidden test is counted for the instructor, and nowhere on students' pages", "[site]") {
    tool::Course by = course();
    by.lessons[1].tests[0].visibility = tool::Visibility::hidden;
    by.lessons[1].tests[1].visibility = tool::Visibility::after_due_date;
    const std::string hidden = by.lessons[1].tests[0].name, later = by.lessons[1].tests[1].name;
    const Class of_2026;
    LessonRow failed = failing("ada", 1, "SECRET ONE");
    failed.tests[0].comparison = comparison();
    failed.tests[0].printed = "SECRET TWO";
    failed.tests[1].verdict = "failed";
    failed.tests[1].message = "SECRET THREE";
    of_2026.add({"ada", "ada", {}}, {failed});

    bool after_due = false;
    SECTION("before the due date") {}
    SECTION("after the due date") { after_due = true; }
    ReportOptions options;
    options.after_due = after_due;
    const WrittenReport written = of_2026.report(options, by);

    const fs::path folder = of_2026.report_folder();
    const std::string students = all_of(folder / "students") + all_of(folder / "feedback");
    CHECK_THAT(students,
               !ContainsSubstring(grade::html_text(hidden)) && !ContainsSubstring(hidden));
    CHECK_THAT(students, !ContainsSubstring("SECRET ONE") && !ContainsSubstring("SECRET TWO"));
    CHECK(written.pictures == 0);
    CHECK_THAT(students, ContainsSubstring("1 hidden test: 0 of"));
    if (after_due) {
        CHECK_THAT(students, ContainsSubstring(grade::html_text(later)));
        CHECK_THAT(students, ContainsSubstring("SECRET THREE"));
    } else {
        CHECK_THAT(students, !ContainsSubstring(grade::html_text(later)));
        CHECK_THAT(students, !ContainsSubstring("SECRET THREE"));
        CHECK_THAT(students, ContainsSubstring("1 test that is shown after the due date"));
    }
    const std::string index = tool::read_file(folder / "index.html");
    CHECK_THAT(index, ContainsSubstring(grade::html_text(hidden) + " (hidden)"));
}

TEST_CASE("with pseudonyms, no name is in any file, and a map of its own leads back", "[site]") {
    const Class of_2026;
    std::vector<std::string> names;
    for (int i = 0; i < 9; ++i) names.push_back(fmt::format("Zoë Quill {:02}, \"Z\"", i));
    names.emplace_back("=Quill_4711223");
    std::sort(names.begin(), names.end());
    for (const std::string& name : names) {
        LessonRow failed = failing(name, 1,
                                   (name[0] == 'Z' ? "threw: by zoë QUILL, of " : "by QUILL, of ") +
                                       name + " /" + name + "/x");
        failed.tests[0].printed = "printed by " + name;
        LessonRow broken = lesson_row(name, 2, "compile_error");
        broken.problem = "// " + name;
        LessonRow error = lesson_row(name, 3, "grader_error");
        error.problem = "cannot read " + name;
        of_2026.add({name, name + ".zip", {"ignored: " + name + "/main.cpp"}},
                    {failed, broken, error});
    }
    ReportOptions options;
    options.pseudonyms = true;

    const WrittenReport written = of_2026.report(options);

    CHECK(written.pseudonyms == of_2026.directory() / "pseudonyms.csv");
    const std::string all = all_of(of_2026.report_folder());
    for (const std::string name : {"Quill", "QUILL", "zoë", "Zoë", "4711223"}) {
        const std::size_t at = all.find(name);
        INFO(all.substr(at < 200 ? 0 : std::min(at - 200, all.size()), 300));
        CHECK(at == std::string::npos);
    }
    struct stat map_file {};
    REQUIRE(stat(written.pseudonyms.c_str(), &map_file) == 0);
    CHECK((map_file.st_mode & 0777) == 0600);

    const std::string map = tool::read_file(written.pseudonyms);
    std::istringstream lines(map);
    std::string line;
    std::getline(lines, line);
    CHECK(line == "pseudonym,student");
    std::vector<std::string> by_pseudonym;
    while (std::getline(lines, line)) {
        const std::string pseudonym = line.substr(0, line.find(','));
        CHECK(all.find(pseudonym.substr(1, pseudonym.size() - 2)) != std::string::npos);
        by_pseudonym.push_back(line.substr(line.find(',')));
    }
    CHECK(by_pseudonym.size() == names.size());
    CHECK(std::set<std::string>(by_pseudonym.begin(), by_pseudonym.end()).size() == names.size());
    // By chance, once in 10! times.
    CHECK_FALSE(std::is_sorted(by_pseudonym.begin(), by_pseudonym.end()));
    CHECK_THAT(map, ContainsSubstring("\"Zoë Quill 07, \"\"Z\"\"\"\n"));
    CHECK_THAT(map, ContainsSubstring("\"'=Quill_4711223\"\n"));

    SECTION("the next run keeps them, and adds who is new") {
        of_2026.add({"Max", "Max", {}}, {lesson_row("Max", 1, "passed")});

        of_2026.report(options);

        const std::string next = tool::read_file(written.pseudonyms);
        std::istringstream before(map);
        while (std::getline(before, line)) CHECK_THAT(next, ContainsSubstring(line + "\n"));
        CHECK_THAT(next, ContainsSubstring(",\"Max\"\n"));
        CHECK(std::count(next.begin(), next.end(), '\n') ==
              std::count(map.begin(), map.end(), '\n') + 1);
    }
    SECTION("a spreadsheet may save the map anew") {
        std::string saved = "\xEF\xBB\xBF";
        std::istringstream before(map);
        while (std::getline(before, line)) {
            line.replace(line.find(','), 1, ";");
            if (line[0] == '"') line = line.substr(1, 12) + line.substr(14);
            saved += line + "\r\n";
        }
        std::ofstream(written.pseudonyms) << saved;

        of_2026.report(options);

        CHECK(tool::read_file(written.pseudonyms) == map);
    }
    SECTION("a map that gives two students one pseudonym is refused") {
        const std::string pseudonym = map.substr(18, map.find(',', 18) - 18);
        std::ofstream(written.pseudonyms, std::ios::app) << pseudonym << ",\"Max\"\n";

        CHECK_THROWS_WITH(of_2026.report(options), ContainsSubstring("pseudonyms.csv:12"));
    }
}

TEST_CASE("what the grader failed at comes first on the class's page, and is no zero", "[site]") {
    const Class of_2026;
    LessonRow error = lesson_row("ada", 1, "grader_error");
    error.problem = "the judge has died";
    of_2026.add({"ada", "ada", {}}, {error, lesson_row("ada", 2, "passed")});

    const WrittenReport written = of_2026.report();

    CHECK(written.not_graded == 1);
    const Page index = PageReader(tool::read_file(of_2026.report_folder() / "index.html")).page;
    const auto at = [&](const std::string& text) { return index.text.find(text); };
    CHECK(at("Not graded: 1 result") < at("Points by lesson"));
    CHECK(at("the judge has died") < at("Points by lesson"));
    CHECK(at("./lab grade") < at("Points by lesson"));
    const std::string student = tool::read_file(of_2026.report_folder() / "students" / "0001.html");
    CHECK_THAT(student, ContainsSubstring("not graded yet") && ContainsSubstring("no zero"));
    CHECK_THAT(student, !ContainsSubstring("the judge has died"));
}

TEST_CASE("a class without results, or in the middle of grading, has a report too", "[site]") {
    const Class of_2026;
    std::size_t students = 0;
    SECTION("nobody") { Results::open_to_grade(of_2026.directory()); }
    SECTION("students without lessons") {
        of_2026.add({"ada", "ada", {}});
        of_2026.add({"bo", "bo", {}}, {lesson_row("bo", 4, "not_submitted")});
        students = 2;
    }

    CHECK(of_2026.report().students == students);

    const auto pages = pages_in(of_2026.report_folder());
    CHECK(pages.size() == students + 1);
    for (const auto& [file, page] : pages) CHECK(page.problem == "");
    CHECK_THAT(pages.at(of_2026.report_folder() / "index.html").text,
               ContainsSubstring("Nobody has handed in anything yet."));
}

TEST_CASE("a late lesson's page says how late, and what of the points is left", "[site]") {
    tool::Course by = course();
    by.lessons[1].due = noon - 30 * 60 * 60;
    by.lessons[1].late_penalty = 0.25;
    const Class of_2026;
    of_2026.add({"ada", "ada", {}}, {lesson_row("ada", 1, "passed")});

    of_2026.report({}, by);

    const fs::path folder = of_2026.report_folder();
    for (const char* file : {"students/0001.html", "feedback/0001.md"}) {
        CHECK_THAT(tool::read_file(folder / file),
                   ContainsSubstring("Handed in 2026-12-01T12:00:00Z, 2 days late (due "
                                     "2026-11-30T06:00:00Z): 7 of 14 earned points count."));
    }
    CHECK_THAT(PageReader(tool::read_file(folder / "index.html")).page.text,
               ContainsSubstring("ada02 Inverted scaling2147"));
}

TEST_CASE("a long output is shortened, with a note", "[site]") {
    const Class of_2026;
    LessonRow failed = failing("ada", 1, "wrong");
    for (int i = 0; i < 20'000; ++i) failed.tests[0].printed += "é\n";
    LessonRow other = failing("ada", 2, std::string(1 << 16, '\n'));
    of_2026.add({"ada", "ada", {}}, {failed, other});

    of_2026.report();

    for (const char* file : {"students/0001.html", "feedback/0001.md"}) {
        const std::string page = tool::read_file(of_2026.report_folder() / file);
        CHECK(page.size() < 40'000);
        CHECK_THAT(page,
                   ContainsSubstring("of 60000 bytes") && ContainsSubstring("of 65536 bytes"));
        CHECK_THAT(page, !ContainsSubstring("\uFFFD"));
    }
}

TEST_CASE("a report takes its place as a whole, and never that of something else", "[site]") {
    const Class of_2026;
    of_2026.add({"ada", "ada", {}}, {lesson_row("ada", 1, "passed")});
    of_2026.report();
    const fs::path folder = of_2026.report_folder();
    const auto beside = [&] {
        return std::distance(fs::directory_iterator(of_2026.directory()), fs::directory_iterator{});
    };
    const auto before = beside();

    SECTION("an older report is replaced") {
        of_2026.add({"bo", "bo", {}}, {lesson_row("bo", 1, "passed")});
        of_2026.report();
        CHECK(fs::exists(folder / "students" / "0002.html"));
    }
    SECTION("a report that breaks off leaves the older one") {
        of_2026.add({"bo", "bo", {}}, {lesson_row("bo", 1, "passed")});
        ReportOptions options;
        options.directory = of_2026.directory();
        const auto stop_late = [](std::size_t done, std::size_t all) {
            if (done == all) throw std::runtime_error("the disk is full");
        };
        CHECK_THROWS(write_report(course(), options, stop_late));
        CHECK(fs::exists(folder / "students" / "0001.html"));
        CHECK_FALSE(fs::exists(folder / "students" / "0002.html"));
    }
    SECTION("a folder with anything else in it is left alone") {
        std::ofstream(folder / "my-notes.txt") << "precious";
        CHECK_THROWS_WITH(of_2026.report(), ContainsSubstring("is no report"));
        CHECK(tool::read_file(folder / "my-notes.txt") == "precious");
    }
    SECTION("so is a site of somebody else's") {
        std::ofstream(folder / "index.html") << "<!DOCTYPE html>\n<html lang=\"en\">";
        CHECK_THROWS_WITH(of_2026.report(), ContainsSubstring("--out"));
    }
    SECTION("a folder behind a symbolic link is replaced, not the link") {
        ReportOptions options;
        options.out = of_2026.directory() / "link/";
        fs::create_directory_symlink(folder, of_2026.directory() / "link");
        of_2026.report(options);
        CHECK(fs::is_symlink(of_2026.directory() / "link"));
        CHECK(fs::exists(folder / "index.html"));
        fs::remove(of_2026.directory() / "link");
    }
    CHECK(beside() == before);
}
