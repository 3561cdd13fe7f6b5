// A kit of its own for one test: a clone with the tool that is built already, in a temporary
// folder.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "course.h"
#include "folder.h"
#include "process.h"

namespace lab::kit {

namespace fs = std::filesystem;

/// The clone that is tested, and the build of it that the tests belong to.
const tool::Course& course();

/// Runs a program as a user would: the environment and no limits but time.
tool::Ended run_program(const std::vector<std::string>& arguments, const fs::path& folder = {},
                        const std::vector<std::string>& more_environment = {});

/// Calls work(i, worker) for each i below count, in two threads; worker is 0 or 1. Assertions
/// belong after it: Catch2's are for one thread.
void two_at_a_time(std::size_t count,
                   const std::function<void(std::size_t i, std::size_t worker)>& work);

class ScratchKit {
public:
    /// Clones the kit. A clone holds what is committed; the working tree's lessons, solutions and
    /// tests are laid over it, so that the tests see what is being worked on.
    ScratchKit();

    /// ./lab ARGUMENTS..., by the built tools.
    tool::Ended lab(const std::vector<std::string>& arguments) const;

    const fs::path& root() const { return root_; }
    fs::path program() const { return root_ / "build" / "lab"; }

    /// A lesson's file in this kit.
    fs::path source(const tool::Lesson& lesson) const;

    /// Writes a file in this kit.
    void write(const fs::path& relative, const std::string& content) const;

private:
    tool::TemporaryFolder folder_;
    fs::path root_;
};

/// The .cpp files in a folder, sorted; none when there is no such folder.
std::vector<fs::path> programs_in(const fs::path& folder);

}  // namespace lab::kit
