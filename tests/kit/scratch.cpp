#include "scratch.h"

#include <algorithm>
#include <atomic>
#include <set>
#include <thread>

#include "programs.h"

namespace lab::kit {

const tool::Course& course() {
    static const tool::Course course = tool::read_course();
    return course;
}

tool::Ended run_program(const std::vector<std::string>& arguments, const fs::path& folder,
                        const std::vector<std::string>& more_environment) {
    tool::Command command;
    command.arguments = arguments;
    command.directory = folder.string();
    command.environment = tool::inherited_environment();
    command.environment.insert(command.environment.end(), more_environment.begin(),
                               more_environment.end());
    command.limits.wall_seconds = 300;
    command.limits.output_bytes = std::size_t{64} << 20;
    command.limits.output_kept = std::size_t{16} << 20;
    return tool::run(command);
}

void two_at_a_time(std::size_t count,
                   const std::function<void(std::size_t i, std::size_t worker)>& work) {
    std::atomic<std::size_t> next = 0;
    const auto take = [&](std::size_t worker) {
        for (std::size_t i = next++; i < count; i = next++) work(i, worker);
    };
    std::thread other(take, 1);
    take(0);
    other.join();
}

namespace {

/// What the script ./lab gives to the other program.
const std::set<std::string>& grading_commands() {
    static const std::set<std::string> commands{"grade", "export", "report", "bundle"};
    return commands;
}

}  // namespace

ScratchKit::ScratchKit() : root_(folder_.path() / "kit") {
    const fs::path from = course().root;
    run_program({tool::require_program("git"), "-c", "safe.directory=*", "clone", "-q",
                 from.string(), root_.string()});
    const auto over = fs::copy_options::recursive | fs::copy_options::overwrite_existing;
    fs::copy(from / "solutions", root_ / "solutions", over);
    for (const tool::Lesson& lesson : course().lessons) {
        for (const char* file : {"README.md", "hints.toml"}) {
            const fs::path relative = fs::path("lessons") / lesson.name / file;
            fs::copy_file(from / relative, root_ / relative, fs::copy_options::overwrite_existing);
        }
    }
    fs::copy_file(from / "lessons" / "course.toml", root_ / "lessons" / "course.toml",
                  fs::copy_options::overwrite_existing);
    fs::create_directories(root_ / "build");
    fs::copy_file(course().build / "lab", program());
    fs::copy_file(course().build / "lab_grade", root_ / "build" / "lab_grade");
    for (const char* file : {"judge", "lab_enter", "toolchain.json", "tests.json"}) {
        fs::create_symlink(course().build / file, root_ / "build" / file);
    }
}

tool::Ended ScratchKit::lab(const std::vector<std::string>& arguments) const {
    const bool grading = !arguments.empty() && grading_commands().contains(arguments.front());
    std::vector<std::string> all{grading ? (root_ / "build" / "lab_grade").string()
                                         : program().string()};
    all.insert(all.end(), arguments.begin(), arguments.end());
    return run_program(all, root_);
}

fs::path ScratchKit::source(const tool::Lesson& lesson) const {
    return root_ / lesson.shown_source();
}

void ScratchKit::write(const fs::path& relative, const std::string& content) const {
    tool::write_file(root_ / relative, content);
}

std::vector<fs::path> programs_in(const fs::path& folder) {
    std::vector<fs::path> programs;
    std::error_code none;
    for (const auto& entry : fs::directory_iterator(folder, none)) {
        if (entry.path().extension() == ".cpp") programs.push_back(entry.path());
    }
    std::sort(programs.begin(), programs.end());
    return programs;
}

}  // namespace lab::kit
