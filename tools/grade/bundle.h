// What an instructor uploads to a service that grades for them: an archive with the kit, or with
// the way to it, and the scripts that the service starts. docs/gradescope and docs/github-classroom
// hold these scripts and say what to do with the archive.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "course.h"

namespace lab::grade {

struct GradescopeBundle {
    std::filesystem::path out;         ///< the archive; replaced when it is there
    std::vector<std::string> lessons;  ///< to be graded, by number or name; empty: all
    std::string secret;                ///< file with the class secret; empty: none
    /// Address of an archive of Debian 12, for setup.sh on Ubuntu 22.04; empty: this machine's own.
    std::string debian_archive;
};

/// Writes a zip archive for Gradescope: setup.sh and run_autograder at its top, and in kit/ the
/// files that git tracks, as they are in the working tree now. Only the students' files are taken
/// from the last commit: what an instructor tried out in a lesson is nobody's business.
///
/// Returns what the instructor should know of it, a line each.
/// Errors: KitError that names the file: not a clone, not readable, not writable.
std::vector<std::string> bundle_gradescope(const tool::Course& course,
                                           const GradescopeBundle& bundle);

struct GithubBundle {
    std::filesystem::path out;         ///< the archive; replaced when it is there
    std::vector<std::string> lessons;  ///< to be graded, by number or name; empty: all
    std::string kit;                   ///< the kit's address; empty: that of the remote "origin"
};

/// Writes a zip archive for the root of the students' repository: .github/ with a workflow that
/// fetches the kit's last commit from its address and grades with it.
///
/// Returns as above.
/// Errors: KitError as above, or when there is no address that a workflow could fetch from.
std::vector<std::string> bundle_github_classroom(const tool::Course& course,
                                                 const GithubBundle& bundle);

}  // namespace lab::grade
