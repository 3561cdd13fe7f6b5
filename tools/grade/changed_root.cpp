#include "changed_root.h"

#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <string>
#include <utility>

#include "placing.h"

namespace lab::grade {
namespace fs = std::filesystem;
namespace {

[[noreturn]] void throw_error(const char* what, const fs::path& path) {
    throw fs::filesystem_error(what, path, std::error_code(errno, std::generic_category()));
}

void give(const fs::path& folder, uid_t user, gid_t group, mode_t mode) {
    fs::create_directories(folder);
    if (chown(folder.c_str(), user, group) != 0 || chmod(folder.c_str(), mode) != 0) {
        throw_error("cannot give a folder away", folder);
    }
}

}  // namespace

void StepRoot::fill(const Step& step, uid_t user, gid_t group) {
    const auto empty_folder = [&](const fs::path& path) {
        added_.push_back(within(path));
        give(added_.back(), user, group, 0700);
    };
    // Nobody's to write in: what a program leaves must not be there for the next one.
    added_.push_back(within(current_folder));
    give(added_.back(), 0, group, 0755);
    if (step.compiles) empty_folder(scratch_folder);
    // Not every container lets root make devices. Honest programs get by without these two.
    fs::create_directories(within("/dev"));
    const mode_t everyone = S_IFCHR | 0666;
    mknod(within("/dev/null").c_str(), everyone, makedev(1, 3));
    if (!step.compiles) mknod(within("/dev/urandom").c_str(), everyone, makedev(1, 9));
    for (const Visible& visible : step.sees) {
        added_.push_back(within(visible.seen_at()));
        place(visible.path, added_.back());
    }
    if (!step.output.empty()) {
        output_ = step.output;
        empty_folder(output_);
        for (const auto& entry : fs::directory_iterator(output_)) {
            if (!entry.is_regular_file()) continue;
            const fs::path copy = within(entry.path());
            if (!fs::exists(copy)) place(entry.path(), copy);  // it may be among step.sees, too
            before_[copy] = fs::last_write_time(copy);
        }
    }
    // Other users of this machine are kept out.
    give(folder_, 0, group, 0750);
}

StepRoot::~StepRoot() {
    if (!owner_) {
        std::error_code ignored;  // the folder around it is removed in the end
        fs::remove_all(folder_, ignored);
        return;
    }
    try {
        for (const fs::path& path : added_) remove(path);
        const std::lock_guard lock(owner_->mutex_);
        owner_->with_compiler_.push_back(folder_);
    } catch (const fs::filesystem_error&) {
        // What cannot be cleaned is not used again.
    }
}

/// With the folders on the way to it that are empty then.
void StepRoot::remove(const fs::path& path) const {
    fs::remove_all(path);
    fs::path at = path.parent_path();
    while (at != folder_ && rmdir(at.c_str()) == 0) at = at.parent_path();
}

fs::path StepRoot::within(const fs::path& path) const { return folder_ / path.relative_path(); }

void StepRoot::take_output() const {
    if (output_.empty()) return;
    for (const auto& entry : fs::directory_iterator(within(output_))) {
        if (entry.is_symlink() || !entry.is_regular_file()) continue;
        const auto old = before_.find(entry.path());
        if (old != before_.end() && old->second == fs::last_write_time(entry.path())) continue;
        const fs::path there = output_ / entry.path().filename();
        std::error_code other_disk;
        fs::rename(entry.path(), there, other_disk);
        if (other_disk) fs::copy_file(entry.path(), there, fs::copy_options::overwrite_existing);
        if (chown(there.c_str(), 0, 0) != 0) throw_error("cannot take a file back", there);
    }
}

ChangedRoot::ChangedRoot(const CompilerFiles& compiler, fs::path folder)
    : folder_(std::move(folder)) {
    const auto store = [&](const fs::path& path) {
        return folder_ / "compiler" / path.relative_path();
    };
    for (const fs::path& file : compiler.files) place(file, store(file));
    for (const fs::path& header : compiler.headers) place(header, store(header));
    for (const Link& link : compiler.links) {
        fs::create_directories(store(link.path).parent_path());
        fs::create_symlink(link.target, store(link.path));
    }
    // The steps' users have to get through to their roots.
    fs::permissions(folder_, fs::perms(0711));
}

fs::path ChangedRoot::new_folder() {
    const std::lock_guard lock(mutex_);
    return folder_ / ("step" + std::to_string(count_++));
}

fs::path ChangedRoot::take_root_with_compiler() {
    {
        const std::lock_guard lock(mutex_);
        if (!with_compiler_.empty()) {
            fs::path root = std::move(with_compiler_.back());
            with_compiler_.pop_back();
            return root;
        }
    }
    fs::path root = new_folder();
    fs::copy(folder_ / "compiler", root,
             fs::copy_options::recursive | fs::copy_options::create_hard_links |
                 fs::copy_options::copy_symlinks);
    return root;
}

std::unique_ptr<StepRoot> ChangedRoot::root_for(const Step& step, uid_t user, gid_t group) {
    std::unique_ptr<StepRoot> root(
        new StepRoot(step.compiles ? take_root_with_compiler() : new_folder()));
    if (step.compiles) root->owner_ = this;
    root->fill(step, user, group);
    return root;
}

void end_processes_of(uid_t user) {
    const pid_t child = fork();
    if (child == 0) {
        // As this user: root's signal would reach everybody.
        if (setresuid(user, user, user) == 0) kill(-1, SIGKILL);
        _exit(0);
    }
    if (child > 0) waitpid(child, nullptr, 0);
}

}  // namespace lab::grade
