#include "git.h"

#include "programs.h"

namespace lab::tool {

Ended git(const Course& course, const std::vector<std::string>& arguments) {
    Command command;
    command.arguments = {require_program("git"), "-c", "safe.directory=" + course.root.string(),
                         "-C", course.root.string()};
    command.arguments.insert(command.arguments.end(), arguments.begin(), arguments.end());
    command.environment = inherited_environment();
    command.limits.wall_seconds = 20;
    command.limits.output_bytes = command.limits.output_kept = std::size_t{1} << 20;
    return run(command);
}

std::string kit_version(const Course& course) {
    if (find_program("git").empty()) return "unknown";
    const Ended head = git(course, {"rev-parse", "--short=12", "HEAD"});
    if (!head.succeeded()) return "unknown";
    std::vector<std::string> changes{"diff", "--quiet", "HEAD", "--", "."};
    for (const Lesson& lesson : course.lessons) {
        changes.push_back(":(exclude)" + lesson.shown_source());
    }
    const std::string version = head.output.substr(0, head.output.find('\n'));
    return git(course, changes).succeeded() ? version : version + "+";
}

}  // namespace lab::tool
