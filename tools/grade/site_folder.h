// A report's folder, which appears as a whole or not at all.
#pragma once

#include <filesystem>

namespace lab::grade {

class SiteFolder {
public:
    /// Makes an empty folder beside `place`, for its owner alone.
    ///
    /// Errors: KitError when `place` is there and is no report, or nothing can be written beside
    /// it.
    explicit SiteFolder(const std::filesystem::path& place);
    /// Removes what did not take its place.
    ~SiteFolder();
    SiteFolder(const SiteFolder&) = delete;
    SiteFolder& operator=(const SiteFolder&) = delete;

    /// Where to write.
    const std::filesystem::path& path() const { return path_; }
    const std::filesystem::path& place() const { return place_; }

    /// Moves the folder to its place, and removes the report that was there. Errors: KitError.
    void take_place();

private:
    std::filesystem::path place_, path_;
};

}  // namespace lab::grade
