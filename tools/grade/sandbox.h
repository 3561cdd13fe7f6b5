// Where untrusted code is compiled and run: each step alone, seeing only what it needs.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "course.h"
#include "process.h"
#include "toolchain.h"

namespace lab::grade {

/// In the order in which they are tried.
enum class Isolation {
    bubblewrap,  ///< namespaces: a root of its own, no network, no other process to be seen
    spare_user,  ///< root only: another user in a changed root, with limits
    none,        ///< the instructor's explicit --unsafe: only the limits that ./lab check has
};

std::string name_of(Isolation isolation);

/// A file or folder that a step sees, read-only.
struct Visible {
    std::filesystem::path path;  ///< on this machine
    std::string inside;          ///< as the step sees it; the same path when empty

    std::filesystem::path seen_at() const {
        return inside.empty() ? path : std::filesystem::path(inside);
    }
};

/// One program that is to run in the sandbox, in an empty environment and an empty current folder
/// that it cannot write into.
struct Step {
    std::vector<std::string> arguments;  ///< the program first, as the step sees it
    std::vector<Visible> sees;
    std::filesystem::path output;  ///< a folder to write into, seen at the same path; empty: none
    bool compiles = false;         ///< sees the compiler and what students include; a few variables
    tool::Limits limits;
};

class Sandbox {
public:
    /// Takes the first kind of isolation that works here, by trying it. `slots` is how many threads
    /// will use it at once.
    ///
    /// Errors: KitError with the reason and the way out when none works and `unsafe` is false.
    Sandbox(const tool::Course& course, const tool::Toolchain& toolchain, bool unsafe,
            std::size_t slots);
    ~Sandbox();
    Sandbox(const Sandbox&) = delete;
    Sandbox& operator=(const Sandbox&) = delete;

    Isolation isolation() const;
    /// Why the kinds before this one do not work here; empty when it is the first.
    std::string reason() const;

    /// Runs the steps, at most `at_once` at a time, and ends whatever they started. Steps that see
    /// the same and do not write share a sandbox: what one of them does cannot be seen by another.
    /// `slot` is the calling thread's number, below `slots`.
    ///
    /// A std::bad_alloc that was caught, as within an observation, is the program's own affair: it
    /// stands in the transcript, and Ended::out_of_memory is false.
    ///
    /// Errors: KitError when the sandbox itself fails, which is never the student's doing;
    ///         Interrupted.
    std::vector<tool::Ended> run_all(const std::vector<Step>& steps, std::size_t at_once,
                                     std::size_t slot) const;

private:
    struct Means;
    std::unique_ptr<Means> means_;
};

}  // namespace lab::grade
