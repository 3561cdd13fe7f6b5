#include "course.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <toml++/toml.h>
#include <cerrno>
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

Lesson read_lesson(const toml::table& entry, const fs::path& root, const fs::path& path) {
    Lesson lesson;
    lesson.name = text_of(entry, "name", path);
    lesson.number = lesson.name.substr(0, 2);
    lesson.title = text_of(entry, "title", path);
    lesson.points = entry["points"].value_or(0.0);
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

/// Each lesson's tests, and each test's share of the lesson's points; the integration's tests.
void add_tests(Course& course, const fs::path& path) {
    const auto list = nlohmann::json::parse(read_file(path), nullptr, false);
    if (list.is_discarded()) {
        throw KitError(
            fmt::format("{} is broken; type ./lab again to build the kit", path.string()));
    }
    for (const auto& test : list) {
        if (test.at("lesson") == "integration") {
            course.integration.tests.push_back({test.at("name"), 0});
        }
    }
    for (Lesson& lesson : course.lessons) {
        double weights = 0;
        for (const auto& test : list) {
            if (test.at("lesson") != lesson.number) continue;
            lesson.tests.push_back({test.at("name"), test.at("weight")});
            weights += lesson.tests.back().points;
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
    add_tests(course, build / "tests.json");
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
