#include "bubblewrap.h"

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <utility>

#include "placing.h"

namespace lab::grade {
namespace fs = std::filesystem;

namespace {

/// The folder to show for a path that the compiler needs. Of the system's own folders nothing else
/// is in the copy; elsewhere, steps have paths of their own beside it.
fs::path folder_to_show(const fs::path& path) {
    static const std::set<fs::path> of_the_system{"bin", "etc", "lib", "lib64", "opt", "usr"};
    const fs::path first = *path.relative_path().begin();
    return of_the_system.contains(first) ? "/" / first : path.parent_path();
}

}  // namespace

Bubblewrap::Bubblewrap(std::string program, const CompilerFiles& compiler, fs::path folder)
    : program_(std::move(program)), folder_(std::move(folder)) {
    // A tree of its own and not a mount for each file: to make one, bubblewrap reads all that there
    // are, which for each step would take a tenth of the time of compiling.
    for (const std::vector<fs::path>* paths : {&compiler.files, &compiler.headers}) {
        for (const fs::path& path : *paths) {
            place(path, in_tree(path));
            shown_.insert(folder_to_show(path));
        }
    }
    for (const Link& link : compiler.links) {
        if (!link.path.has_parent_path() || link.path.parent_path() == "/") {
            links_.push_back(link);
            continue;
        }
        fs::create_directories(in_tree(link.path).parent_path());
        fs::create_symlink(link.target, in_tree(link.path));
        shown_.insert(folder_to_show(link.path));
    }
    const std::set<fs::path> all = shown_;
    std::erase_if(shown_, [&](const fs::path& path) {
        return std::any_of(all.begin(), all.end(), [&](const fs::path& other) {
            return other != path && is_within(path, other);
        });
    });
}

fs::path Bubblewrap::in_tree(const fs::path& path) const {
    return folder_ / "compiler" / path.relative_path();
}

bool Bubblewrap::in_a_shown_folder(const fs::path& path) const {
    return std::any_of(shown_.begin(), shown_.end(),
                       [&](const fs::path& folder) { return is_within(path, folder); });
}

/// In a folder that is shown read-only, what is shown on top of it needs a place.
void Bubblewrap::make_place(const fs::path& from, const fs::path& inside) {
    if (!in_a_shown_folder(inside)) return;
    const std::lock_guard lock(mutex_);
    const fs::path place = in_tree(inside);
    if (fs::exists(place)) return;
    fs::create_directories(fs::is_directory(from) ? place : place.parent_path());
    if (!fs::is_directory(from)) std::ofstream{place};
}

/// The file itself or, when root's program will be another user who may not read it, a copy.
fs::path Bubblewrap::readable(const fs::path& path) {
    if (geteuid() != 0 || all_may_read(path)) return path;
    const std::lock_guard lock(mutex_);
    const auto [copy, is_new] =
        copies_.try_emplace(path, folder_ / "copies" / std::to_string(copies_.size()));
    if (is_new || fs::last_write_time(copy->second) != fs::last_write_time(path)) {
        fs::remove_all(copy->second);
        place(path, copy->second);
    }
    return copy->second;
}

std::vector<std::string> Bubblewrap::arguments(const Step& step, const fs::path& enter) {
    std::vector<std::string> result;
    const auto add = [&](std::initializer_list<std::string> more) {
        result.insert(result.end(), more);
    };
    // Without a process between them, the end of lab_enter is the end of all that it started.
    add({program_, "--die-with-parent", "--as-pid-1", "--hostname", "sandbox"});
    add({"--unshare-pid", "--unshare-ipc", "--unshare-net", "--unshare-uts"});
    add({"--unshare-cgroup-try", "--cap-drop", "ALL"});
    if (geteuid() == 0) {
        // lab_enter starts other users' programs and ends them; a namespace of users knows none.
        add({"--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID", "--cap-add", "CAP_KILL"});
    } else {
        add({"--unshare-user"});
    }

    // The folders that bubblewrap itself makes on the way to a path are for their owner only.
    std::set<fs::path> made{"/"};
    const auto make_way_to = [&](const fs::path& path) {
        std::vector<fs::path> way;
        for (fs::path at = path.parent_path(); made.insert(at).second; at = at.parent_path()) {
            if (step.compiles && in_a_shown_folder(at)) break;
            way.push_back(at);
        }
        for (auto at = way.rbegin(); at != way.rend(); ++at) {
            add({"--perms", "0755", "--dir", at->string()});
        }
    };
    const auto mount = [&](const std::string& option, const fs::path& from, const fs::path& to) {
        make_way_to(to);
        add({option, from.string(), to.string()});
    };
    const auto empty_folder = [&](const std::string& path) {
        add({"--perms", "0777", "--size", std::to_string(room_of(step)), "--tmpfs", path});
        made.insert(path);
    };
    mount("--dev-bind", "/dev/null", "/dev/null");
    mount("--ro-bind", enter, enter_inside);
    add({"--perms", "0755", "--dir", current_folder});
    made.insert(current_folder);
    if (!step.compiles) mount("--dev-bind", "/dev/urandom", "/dev/urandom");
    if (step.compiles) {
        empty_folder(scratch_folder);
        for (const fs::path& path : shown_) { mount("--ro-bind", in_tree(path), path); }
        for (const Link& link : links_) {
            add({"--symlink", link.target.string(), link.path.string()});
        }
    }
    for (const Visible& visible : step.sees) {
        if (step.compiles) make_place(visible.path, visible.seen_at());
        mount("--ro-bind", readable(visible.path), visible.seen_at());
    }
    if (!step.output.empty()) {
        if (step.compiles) make_place(step.output, step.output);
        mount("--bind", step.output, step.output);
    }
    add({"--remount-ro", "/", "--chdir", current_folder, "--"});
    return result;
}

}  // namespace lab::grade
