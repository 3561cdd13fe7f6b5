#include "folder.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "error.h"

namespace lab::tool {

TemporaryFolder::TemporaryFolder() {
    std::error_code error;
    const auto parent = std::filesystem::temp_directory_path(error);
    std::string pattern = ((error ? "/tmp" : parent) / "dropout-lab-XXXXXX").string();
    if (!mkdtemp(pattern.data())) {
        throw KitError(fmt::format(
            "cannot make a folder in {}: {}. TMPDIR may name another place with room for 50 MB.",
            parent.string(), std::strerror(errno)));
    }
    path_ = pattern;
}

TemporaryFolder::~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

}  // namespace lab::tool
