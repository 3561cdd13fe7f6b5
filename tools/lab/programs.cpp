#include "programs.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <sstream>

#include "error.h"

namespace lab::tool {

std::string find_program(const std::string& name) {
    const char* path = std::getenv("PATH");
    std::istringstream folders(path ? path : "/usr/local/bin:/usr/bin:/bin");
    for (std::string folder; std::getline(folders, folder, ':');) {
        const std::string candidate = folder + "/" + name;
        if (access(candidate.c_str(), X_OK) == 0) return candidate;
    }
    return "";
}

std::string require_program(const std::string& name, const std::string& package) {
    std::string program = find_program(name);
    if (program.empty()) {
        throw KitError(fmt::format("{} is not installed. On Debian and Ubuntu: apt-get install {}",
                                   name, package.empty() ? name : package));
    }
    return program;
}

}  // namespace lab::tool
