#include "progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace lab::tool {
namespace fs = std::filesystem;
using nlohmann::ordered_json;

Progress::Progress(const Course& course)
    : course_(&course), path_(course.root / ".lab" / "progress.json") {
    if (!fs::exists(path_)) return;
    try {
        const ordered_json json = ordered_json::parse(read_file(path_));
        current_ = json.value("current", "");
        for (const auto& [name, entry] : json.at("lessons").items()) {
            LessonProgress& progress = lessons_[name];
            progress.passed = entry.at("passed");
            progress.points = entry.at("points");
            progress.hints = entry.at("hints").get<std::map<std::string, int>>();
        }
    } catch (const nlohmann::json::exception&) {
        const fs::path broken = path_.string() + ".broken";
        fs::rename(path_, broken);
        lessons_.clear();
        current_.clear();
        fmt::print(stderr, "{} could not be read; it is kept as {}, and progress starts anew.\n",
                   path_.string(), broken.filename().string());
    }
}

const LessonProgress& Progress::of(const Lesson& lesson) const {
    static const LessonProgress none;
    const auto found = lessons_.find(lesson.name);
    return found == lessons_.end() ? none : found->second;
}

LessonProgress& Progress::of(const Lesson& lesson) { return lessons_[lesson.name]; }

const Lesson& Progress::current() const {
    const auto found = std::find_if(course_->lessons.begin(), course_->lessons.end(),
                                    [&](const Lesson& lesson) { return lesson.name == current_; });
    return found == course_->lessons.end() ? course_->lessons.front() : *found;
}

void Progress::move_to(const Lesson& lesson) { current_ = lesson.name; }

const Lesson& Progress::after(const Lesson& lesson) const {
    const auto& lessons = course_->lessons;
    const auto here = std::find_if(lessons.begin(), lessons.end(),
                                   [&](const Lesson& other) { return other.name == lesson.name; });
    const auto open = std::find_if(here + 1, lessons.end(),
                                   [&](const Lesson& other) { return !of(other).passed; });
    if (open != lessons.end()) return *open;
    return here + 1 != lessons.end() ? *(here + 1) : *here;
}

void Progress::note(const Lesson& lesson, const LessonResult& result) {
    LessonProgress& progress = of(lesson);
    progress.passed = progress.passed || result.passed();
    progress.points = std::max(progress.points, result.points);
}

std::size_t Progress::passed() const {
    return static_cast<std::size_t>(
        std::count_if(course_->lessons.begin(), course_->lessons.end(),
                      [&](const Lesson& lesson) { return of(lesson).passed; }));
}

void Progress::save() const {
    ordered_json lessons = ordered_json::object();
    for (const auto& [name, progress] : lessons_) {
        lessons[name] = {
            {"passed", progress.passed}, {"points", progress.points}, {"hints", progress.hints}};
    }
    write_file(path_, ordered_json{{"current", current_}, {"lessons", lessons}}.dump(2) + "\n");
}

}  // namespace lab::tool
