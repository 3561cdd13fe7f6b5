#include "course.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <toml++/toml.h>
#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "error.h"

namespace lab::tool {
namespace fs = std::filesystem;
namespace {

toml::table parse_toml(const fs::path& path) {
    try {
        return toml::parse_file(path.string());
    } catch (const toml::parse_error& error) {
        throw KitError(fmt::format("{}:{}: {}", path.string(), error.source().begin.line,
                                   std::string(error.description())));
    }
}

std::string text_of(const toml::table& table, const char* key, const fs::path& path) {
    if (const auto value = table[key].value<std::string>()) return *value;
    throw KitError(fmt::format("{}:{}: there is no text for '{}'", path.string(),
                               table.source().begin.line, key));
}

/// A time with its offset from UTC, so that it means the same everywhere.
std::int64_t seconds_since_1970(const toml::date_time& time, const std::string& where) {
    if (!time.offset) {
        throw KitError(where + ": a due date needs its offset, as in 2026-12-01T23:59:00+01:00");
    }
    using namespace std::chrono;
    const auto day = sys_days{year{time.date.year} / time.date.month / time.date.day};
    const auto of_day = hours{time.time.hour} + minutes{time.time.minute - time.offset->minutes} +
                        seconds{time.time.second};
    return duration_cast<seconds>(day.time_since_epoch() + of_day).count();
}

void read_due_date(Lesson& lesson, const toml::table& entry, const fs::path& path) {
    const toml::node* due = entry.get("due");
    if (due) {
        const std::string where = fmt::format("{}:{}", path.string(), due->source().begin.line);
        const auto time = due->value<toml::date_time>();
        if (!time)
            throw KitError(where + ": due is no date and time, as 2026-12-01T23:59:00+01:00");
        lesson.due = seconds_since_1970(*time, where);
    }
    if (const toml::node* penalty = entry.get("late_penalty")) {
        const auto share = penalty->value<double>();
        if (!share || !(*share >= 0 && *share <= 1)) {
            throw KitError(fmt::format("{}:{}: late_penalty is a share of the points, from 0 to 1",
                                       path.string(), penalty->source().begin.line));
        }
        lesson.late_penalty = *share;
    }
}

Lesson read_lesson(const toml::table& entry, const fs::path& root, const fs::path& path) {
    Lesson lesson;
    lesson.name = text_of(entry, "name", path);
    lesson.number = lesson.name.substr(0, 2);
    lesson.title = text_of(entry, "title", path);
    lesson.points = entry["points"].value_or(0.0);
    read_due_date(lesson, entry, path);
    const std::string file = text_of(entry, "file", path);
    lesson.folder = root / "lessons" / lesson.name;
    lesson.source = lesson.folder / file;
    lesson.header = fs::path(lesson.source).replace_extension(".h");
    lesson.solution = root / "solutions" / lesson.name / file;
    if (const toml::array* functions = entry["functions"].as_array()) {
        for (const auto& function : *functions) {
            lesson.functions.push_back(function.value_or(std::string{}));
        }
    }
    if (lesson.functions.empty()) {
        throw KitError(fmt::format("{}: lesson {} names no functions", path.string(), lesson.name));
    }
    return lesson;
}

Visibility visibility_of(const toml::node& node, const fs::path& path) {
    const std::string word = node.value_or(std::string{});
    if (word == "visible") return Visibility::visible;
    if (word == "hidden") return Visibility::hidden;
    if (word == "after_due_date") return Visibility::after_due_date;
    throw KitError(fmt::format("{}:{}: visibility is \"visible\", \"hidden\" or \"after_due_date\"",
                               path.string(), node.source().begin.line));
}

/// What [lesson.tests."NAME"] says of single tests. A test's points are still its weight.
void change_tests(Lesson& lesson, const toml::table& entry, const fs::path& path) {
    const toml::table* changes = entry["tests"].as_table();
    if (!changes) return;
    for (const auto& [key, node] : *changes) {
        const std::string name(key.str());
        const std::string where = fmt::format("{}:{}", path.string(), node.source().begin.line);
        const auto test = std::find_if(lesson.tests.begin(), lesson.tests.end(),
                                       [&](const TestEntry& one) { return one.name == name; });
        if (test == lesson.tests.end()) {
            throw KitError(fmt::format("{}: lesson {} has no test '{}'", where, lesson.name, name));
        }
        const toml::table* change = node.as_table();
        if (!change) throw KitError(fmt::format("{}: '{}' is no table", where, name));
        if (const toml::node* weight = change->get("weight")) {
            const auto value = weight->value<double>();
            if (!value || !(*value >= 0)) throw KitError(where + ": weight is a number from 0 on");
            test->points = *value;
        }
        if (const toml::node* word = change->get("visibility")) {
            test->visibility = visibility_of(*word, path);
        }
    }
}

/// Each lesson's tests, and each test's share of the lesson's points; the integration's tests.
/// `entries` are the lessons' in course.toml, which is `course_file`.
void add_tests(Course& course, const fs::path& path, const toml::array& entries,
               const fs::path& course_file) {
    const auto list = nlohmann::json::parse(read_file(path), nullptr, false);
    if (list.is_discarded()) {
        throw KitError(
            fmt::format("{} is broken; type ./lab again to build the kit", path.string()));
    }
    for (const auto& test : list) {
        if (test.at("lesson") == "integration") {
            course.integration.tests.push_back({test.at("name"), 0, Visibility::visible});
        }
    }
    for (std::size_t i = 0; i < course.lessons.size(); ++i) {
        Lesson& lesson = course.lessons[i];
        for (const auto& test : list) {
            if (test.at("lesson") != lesson.number) continue;
            lesson.tests.push_back({test.at("name"), test.at("weight"), Visibility::visible});
        }
        change_tests(lesson, *entries[i].as_table(), course_file);
        double weights = 0;
        for (const TestEntry& test : lesson.tests) weights += test.points;
        if (!(weights > 0)) {
            throw KitError(fmt::format("{}: no test of lesson {} has any weight",
                                       course_file.string(), lesson.name));
        }
        for (TestEntry& test : lesson.tests) test.points *= lesson.points / weights;
    }
}

}  // namespace

std::string Lesson::shown_source() const {
    return fmt::format("lessons/{}/{}", name, source.filename().string());
}

const Lesson& Course::find(const std::string& word) const {
    for (const Lesson& lesson : lessons) {
        if (word == lesson.name || word == lesson.number || "0" + word == lesson.number) {
            return lesson;
        }
    }
    std::vector<std::string> names;
    for (const Lesson& lesson : lessons) names.push_back(lesson.name);
    throw KitError(
        fmt::format("there is no lesson '{}'; the lessons are {}", word, fmt::join(names, ", ")));
}

const Lesson* Course::named(const std::string& name) const {
    const auto lesson = std::find_if(lessons.begin(), lessons.end(),
                                     [&](const Lesson& one) { return one.name == name; });
    return lesson == lessons.end() ? nullptr : &*lesson;
}

Course read_course() {
    const fs::path program = fs::read_symlink("/proc/self/exe");
    const fs::path course_file = fs::path("lessons") / "course.toml";
    fs::path root = program.parent_path();
    while (root.has_relative_path() && !fs::exists(root / course_file)) root = root.parent_path();
    if (!fs::exists(root / course_file)) {
        throw KitError(
            fmt::format("there is no {} around {}", course_file.string(), program.string()));
    }
    // The kit's tests stand one folder deeper than the tool.
    fs::path build = program.parent_path();
    while (build != root && !fs::exists(build / "toolchain.json")) build = build.parent_path();

    Course course{root, build, {}, {}};
    const fs::path path = root / course_file;
    const toml::table table = parse_toml(path);
    const toml::array* entries = table["lesson"].as_array();
    if (!entries) throw KitError(fmt::format("{}: there is no [[lesson]]", path.string()));
    for (const auto& entry : *entries) {
        course.lessons.push_back(read_lesson(*entry.as_table(), root, path));
    }
    const toml::table* integration = table["integration"].as_table();
    if (!integration) throw KitError(fmt::format("{}: there is no [integration]", path.string()));
    course.integration.title = text_of(*integration, "title", path);
    if (const toml::array* numbers = (*integration)["lessons"].as_array()) {
        for (const auto& number : *numbers) {
            course.integration.lessons.push_back(course.find(number.value_or(std::string{})).name);
        }
    }
    add_tests(course, build / "tests.json", *entries, path);
    return course;
}

std::string shown_path(const Course& course, const fs::path& path) {
    const fs::path relative = path.lexically_relative(course.root);
    return relative.empty() || *relative.begin() == ".." ? path.string() : relative.string();
}

std::vector<FunctionHints> read_hints(const Lesson& lesson) {
    const fs::path path = lesson.folder / "hints.toml";
    const toml::table table = parse_toml(path);
    std::vector<FunctionHints> result;
    for (const std::string& function : lesson.functions) {
        FunctionHints hints{function, {}};
        for (const char* level : {"question", "nudge", "formula"}) {
            const auto text = table[function][level].value<std::string>();
            if (!text || text->empty()) {
                throw KitError(fmt::format("{}: no {} for {}", path.string(), level, function));
            }
            hints.levels.push_back(text->substr(0, text->find_last_not_of('\n') + 1));
        }
        result.push_back(std::move(hints));
    }
    return result;
}

std::string read_file(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream content;
    if (!file || !(content << file.rdbuf() || file.peek() == EOF)) {
        throw KitError(fmt::format("cannot read {}: {}", path.string(), std::strerror(errno)));
    }
    return content.str();
}

void write_file(const fs::path& path, const std::string& content) {
    std::error_code error;
    fs::create_directories(path.parent_path(), error);
    const fs::path temporary = path.string() + fmt::format(".{}.tmp", getpid());
    std::ofstream file(temporary, std::ios::binary);
    file << content;
    file.close();
    const bool written = file.good();
    const int why = errno;
    if (written) fs::rename(temporary, path, error);
    if (!written || error) {
        std::error_code ignored;
        fs::remove(temporary, ignored);
        throw KitError(
            fmt::format("cannot write {}: {}. Is the disk full, or the folder not yours?",
                        path.string(), error ? error.message() : std::strerror(why)));
    }
}

}  // namespace lab::tool
