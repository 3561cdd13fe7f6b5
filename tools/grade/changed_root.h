// The sandbox for root where bubblewrap cannot work, as in a container without privileges: a root
// folder of its own for each step. Needs no right to mount.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "compiler_files.h"
#include "sandbox.h"

namespace lab::grade {

class ChangedRoot;

/// One step's root. With this object goes what the step has seen and written.
class StepRoot {
public:
    ~StepRoot();
    StepRoot(const StepRoot&) = delete;
    StepRoot& operator=(const StepRoot&) = delete;

    const std::filesystem::path& path() const { return folder_; }

    /// Moves what the step has written to where its output is to be.
    ///
    /// Errors: std::filesystem::filesystem_error, as when the disk is full.
    void take_output() const;

private:
    friend class ChangedRoot;
    explicit StepRoot(std::filesystem::path folder) : folder_(std::move(folder)) {}
    void fill(const Step& step, uid_t user, gid_t group);
    std::filesystem::path within(const std::filesystem::path& path) const;
    void remove(const std::filesystem::path& path) const;

    std::filesystem::path folder_;
    std::filesystem::path output_;
    std::map<std::filesystem::path, std::filesystem::file_time_type> before_;  ///< in the output
    std::vector<std::filesystem::path> added_;
    ChangedRoot* owner_ = nullptr;  ///< to whom a root with a compiler goes back
};

class ChangedRoot {
public:
    /// Copies the compiler's files into `folder`, where the steps' roots will be, too.
    ChangedRoot(const CompilerFiles& compiler, std::filesystem::path folder);

    /// Errors: std::filesystem::filesystem_error, when a file is not there or the disk is full.
    std::unique_ptr<StepRoot> root_for(const Step& step, uid_t user, gid_t group);

private:
    friend class StepRoot;
    std::filesystem::path new_folder();
    std::filesystem::path take_root_with_compiler();

    std::filesystem::path folder_;
    std::mutex mutex_;
    std::size_t count_ = 0;
    /// Roots with a compiler that no step uses now. To make one takes as long as to compile.
    std::vector<std::filesystem::path> with_compiler_;
};

/// Ends every process of the user.
void end_processes_of(uid_t user);

}  // namespace lab::grade
