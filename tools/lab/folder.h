// A folder of its own for one run, gone afterwards.
#pragma once

#include <filesystem>

namespace lab::tool {

class TemporaryFolder {
public:
    /// Errors: KitError when there is no place for one.
    TemporaryFolder();
    ~TemporaryFolder();
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;

    const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

}  // namespace lab::tool
