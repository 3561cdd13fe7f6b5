#include "site_folder.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string_view>

#include "error.h"
#include "html.h"

namespace lab::grade {
namespace fs = std::filesystem;
namespace {

/// Whether nothing but an older report would be lost with the folder.
bool may_be_replaced(const fs::path& folder) {
    if (!fs::is_directory(folder)) return false;
    constexpr std::array<std::string_view, 3> of_a_report{"index.html", "students", "feedback"};
    bool empty = true;
    for (const auto& entry : fs::directory_iterator(folder)) {
        empty = false;
        const std::string name = entry.path().filename().string();
        if (std::find(of_a_report.begin(), of_a_report.end(), name) == of_a_report.end()) {
            return false;
        }
    }
    if (empty) return true;
    std::ifstream file(folder / "index.html", std::ios::binary);
    std::string begin(page_begin.size(), '\0');
    file.read(begin.data(), static_cast<std::streamsize>(begin.size()));
    return begin == page_begin;
}

/// Without a slash at the end and without symbolic links, so that what is moved is the folder.
fs::path settled(const fs::path& place) {
    const fs::path whole = fs::weakly_canonical(fs::absolute(place)).lexically_normal();
    return whole.has_filename() ? whole : whole.parent_path();
}

}  // namespace

SiteFolder::SiteFolder(const fs::path& place) {
    try {
        place_ = settled(place);
        if (fs::exists(fs::symlink_status(place_)) && !may_be_replaced(place_)) {
            throw tool::KitError(fmt::format(
                "{} is there already and is no report, so it is left alone. --out FOLDER names "
                "another place.",
                place_.string()));
        }
        fs::create_directories(place_.parent_path());
    } catch (const fs::filesystem_error& error) {
        throw tool::KitError(
            fmt::format("cannot write a report to {}: {}. --out FOLDER names "
                        "another place.",
                        place.string(), error.code().message()));
    }
    std::string pattern = place_.string() + ".part-XXXXXX";
    if (!mkdtemp(pattern.data())) {
        throw tool::KitError(
            fmt::format("cannot make a folder beside {}: {}. --out FOLDER names "
                        "another place.",
                        place_.string(), std::strerror(errno)));
    }
    path_ = pattern;
}

SiteFolder::~SiteFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
}

void SiteFolder::take_place() {
    const auto failed = [&](int why) {
        return tool::KitError(
            fmt::format("cannot move the report to {}: {}. --out FOLDER names "
                        "another place.",
                        place_.string(), std::strerror(why)));
    };
    const auto move = [](const fs::path& from, const fs::path& to, unsigned int flags) {
        return renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), flags) == 0;
    };
    if (!fs::exists(place_)) {
        if (!move(path_, place_, 0)) throw failed(errno);
        return;
    }
    // It may have become something else while the pages were written.
    if (!may_be_replaced(place_)) throw failed(EEXIST);
    // Exchanged in one step where the file system can; then the older report is what is removed.
    if (move(path_, place_, RENAME_EXCHANGE)) return;
    const fs::path older = path_.string() + "-older";
    if (!move(place_, older, 0)) throw failed(errno);
    if (!move(path_, place_, 0)) {
        const int why = errno;
        move(older, place_, 0);
        throw failed(why);
    }
    path_ = older;
}

}  // namespace lab::grade
