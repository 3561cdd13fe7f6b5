#include "student_file.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <sstream>

#include "error.h"
#include "git.h"

namespace lab::tool {
namespace fs = std::filesystem;

bool is_stub(const std::string& content, const Lesson& lesson) {
    return std::all_of(
        lesson.functions.begin(), lesson.functions.end(), [&](const std::string& function) {
            return content.find("throw NotWritten{\"" + function + "\"}") != std::string::npos;
        });
}

std::string stub_of(const Course& course, const Lesson& lesson) {
    const std::string path = lesson.shown_source();
    std::istringstream commits(git(course, {"log", "--format=%H", "--", path}).output);
    for (std::string commit; std::getline(commits, commit);) {
        const Ended shown = git(course, {"show", commit + ":" + path});
        if (shown.succeeded() && is_stub(shown.output, lesson)) return shown.output;
    }
    throw KitError(fmt::format(
        "git knows no stub of {} in {}. Was the kit cloned, or unpacked without its history?", path,
        course.root.string()));
}

fs::path reset_to_stub(const Course& course, const Lesson& lesson) {
    const std::string stub = stub_of(course, lesson);
    fs::path kept;
    if (fs::exists(lesson.source)) {
        const std::string content = read_file(lesson.source);
        if (content == stub) return {};
        const std::string stem = lesson.source.stem().string();
        const fs::path folder = course.root / ".lab" / "kept" / lesson.name;
        const std::string time =
            fmt::format("{:%Y-%m-%d_%H-%M-%S}", fmt::localtime(std::time(nullptr)));
        kept = folder / fmt::format("{}_{}.cpp", stem, time);
        for (int copy = 2; fs::exists(kept); ++copy) {
            kept = folder / fmt::format("{}_{}_{}.cpp", stem, time, copy);
        }
        write_file(kept, content);
    }
    write_file(lesson.source, stub);
    return kept;
}

void keep_graded(const Course& course, const Lesson& lesson) {
    std::error_code error;
    if (!fs::is_regular_file(lesson.source, error) ||
        fs::file_size(lesson.source, error) > (1u << 20)) {
        return;
    }
    const std::string content = read_file(lesson.source);
    const fs::path copy = course.root / ".lab" / "graded" / lesson.name / lesson.source.filename();
    if (content.find_first_not_of(" \t\r\n") == std::string::npos || is_stub(content, lesson)) {
        return;
    }
    if (fs::exists(copy) && read_file(copy) == content) return;
    write_file(copy, content);
}

}  // namespace lab::tool
