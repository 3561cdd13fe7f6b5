#include "sandbox.h"

#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

#include "bubblewrap.h"
#include "changed_root.h"
#include "compiler_files.h"
#include "enter_messages.h"
#include "error.h"
#include "folder.h"
#include "placing.h"
#include "programs.h"
#include "spare_users.h"
#include "text.h"

namespace lab::grade {
namespace fs = std::filesystem;
namespace {

using tool::Ended;
using tool::KitError;

/// Processes and threads of one step.
constexpr int most_processes = 64;

/// Steps of one slot that run at once, at most. Each is a user of its own: what one step starts
/// must not count for another.
constexpr std::size_t users_of_slot = SpareUsers::block_size;

/// Whether the steps can share a sandbox: they see the same, and change nothing that another sees.
bool can_share(const Step& one, const Step& other) {
    const auto same = [](const Visible& a, const Visible& b) {
        return a.path == b.path && a.seen_at() == b.seen_at();
    };
    return !one.compiles && !other.compiles && one.output.empty() && other.output.empty() &&
           std::equal(one.sees.begin(), one.sees.end(), other.sees.begin(), other.sees.end(), same);
}

/// What the sandbox itself may take: all of its programs' time one after the other, and some more.
tool::Limits limits_of_sandbox(const std::vector<const Step*>& steps, std::size_t at_once) {
    constexpr double margin_seconds = 15;
    constexpr std::size_t margin_bytes = std::size_t{1} << 16;
    tool::Limits limits;
    double longest = 0;
    limits.transcript_bytes = margin_bytes;
    for (const Step* step : steps) {
        longest = std::max(longest, step->limits.wall_seconds);
        // One read may go beyond a limit.
        limits.transcript_bytes +=
            step->limits.transcript_bytes + step->limits.output_kept + 2 * margin_bytes;
    }
    const std::size_t rounds = (steps.size() + at_once - 1) / at_once;
    limits.wall_seconds = static_cast<double>(rounds) * longest + margin_seconds;
    limits.output_bytes = limits.output_kept = margin_bytes;  // lab_enter's own words
    return limits;
}

}  // namespace

std::string name_of(Isolation isolation) {
    switch (isolation) {
        case Isolation::bubblewrap:
            return "bubblewrap";
        case Isolation::spare_user:
            return "spare user";
        case Isolation::none:
            return "none";
    }
    return "none";
}

struct Sandbox::Means {
    Isolation isolation = Isolation::none;
    std::string reason;
    fs::path enter;
    std::string search_path;
    std::unique_ptr<SpareUsers> users;  ///< none: steps run as the user who grades
    tool::TemporaryFolder folder;
    std::unique_ptr<Bubblewrap> bubblewrap;
    std::unique_ptr<ChangedRoot> changed_root;

    /// Steps in one sandbox: its command, and what has to live as long as it runs.
    struct Prepared {
        tool::Command command;
        std::vector<std::size_t> steps;  ///< their numbers
        std::unique_ptr<StepRoot> root;
        std::unique_ptr<tool::TemporaryFolder> directory;
    };
    void prepare(Prepared& prepared, const std::vector<Step>& steps, std::size_t at_once,
                 std::size_t slot) const;
    std::vector<Ended> run_all(const std::vector<Step>& steps, std::size_t at_once,
                               std::size_t slot) const;
    void try_it() const;
    void try_compiler(const tool::Toolchain& toolchain) const;
};

void Sandbox::Means::prepare(Prepared& prepared, const std::vector<Step>& steps,
                             std::size_t at_once, std::size_t slot) const {
    const Step& first = steps[prepared.steps.front()];
    const uid_t user = users ? users->user(slot, prepared.steps.front()) : 0;
    const gid_t group = users ? users->user(slot, 0) : 0;
    tool::Command& command = prepared.command;
    if (first.compiles) command.environment = {"PATH=" + search_path, "LC_ALL=C.UTF-8"};
    if (first.compiles && isolation != Isolation::none) {
        command.environment.push_back(fmt::format("TMPDIR={}", scratch_folder));
    }

    EnterRequest request;
    request.at_once = at_once;
    std::string directory = current_folder;
    switch (isolation) {
        case Isolation::bubblewrap:
            if (!first.output.empty() && user != 0 &&
                (chown(first.output.c_str(), 0, group) != 0 ||
                 chmod(first.output.c_str(), 0770) != 0)) {
                throw KitError(fmt::format("cannot give {} away: {}", first.output.string(),
                                           std::strerror(errno)));
            }
            command.arguments = bubblewrap->arguments(first, enter);
            command.arguments.emplace_back(enter_inside);
            break;
        case Isolation::spare_user:
            prepared.root = changed_root->root_for(first, user, group);
            request.root = prepared.root->path().string();
            command.arguments = {enter.string()};
            break;
        case Isolation::none:
            prepared.directory = std::make_unique<tool::TemporaryFolder>();
            directory = prepared.directory->path().string();
            command.arguments = {enter.string()};
            break;
    }

    std::vector<const Step*> those;
    for (const std::size_t number : prepared.steps) {
        const Step& step = steps[number];
        those.push_back(&step);
        tool::Command& program = request.commands.emplace_back();
        program.arguments = step.arguments;
        program.directory = directory;
        program.limits = step.limits;
        if (isolation == Isolation::none) {
            for (std::string& argument : program.arguments) {
                for (const Visible& visible : step.sees) {
                    if (argument == visible.seen_at()) argument = visible.path.string();
                }
            }
            continue;
        }
        program.user = users ? users->user(slot, number) : 0;
        program.group = group;
        program.limits.processes = most_processes;
        // Without namespaces only this keeps it from the network and from other processes.
        if (isolation == Isolation::spare_user && !step.compiles) program.limits.confined = true;
    }
    command.limits = limits_of_sandbox(those, at_once);
    command.arguments.push_back(to_argument(request));
}

std::vector<Ended> Sandbox::Means::run_all(const std::vector<Step>& steps, std::size_t at_once,
                                           std::size_t slot) const {
    std::vector<Prepared> prepared;
    for (std::size_t i = 0; i < steps.size(); ++i) {
        const auto fits = [&](const Prepared& one) {
            return can_share(steps[one.steps.front()], steps[i]);
        };
        auto place = std::find_if(prepared.begin(), prepared.end(), fits);
        if (place == prepared.end()) place = prepared.emplace(prepared.end());
        place->steps.push_back(i);
    }
    std::vector<tool::Command> commands;
    for (Prepared& one : prepared) {
        prepare(one, steps, at_once, slot);
        commands.push_back(std::move(one.command));
    }

    const auto end_users = [&] {
        if (isolation != Isolation::spare_user) return;
        for (std::size_t i = 0; i < steps.size(); ++i) end_processes_of(users->user(slot, i));
    };
    std::vector<Ended> sandboxes;
    try {
        sandboxes = tool::run_all(commands, at_once);
    } catch (...) {
        end_users();
        throw;
    }
    end_users();

    std::vector<Ended> results(steps.size());
    for (std::size_t i = 0; i < prepared.size(); ++i) {
        const Ended& sandbox = sandboxes[i];
        std::vector<Ended> ended = from_bytes(sandbox.transcript, prepared[i].steps.size());
        if (!sandbox.succeeded() || ended.empty()) {
            throw KitError(fmt::format("the sandbox failed: {}", tool::printable(sandbox.output)));
        }
        for (std::size_t k = 0; k < ended.size(); ++k) {
            results[prepared[i].steps[k]] = std::move(ended[k]);
        }
        if (prepared[i].root) prepared[i].root->take_output();
    }
    return results;
}

/// Errors: KitError when nothing runs with this kind of isolation.
void Sandbox::Means::try_it() const {
    Step step;
    // Without a request lab_enter ends with an error of its own: a small program that needs
    // nothing.
    step.arguments = {enter_inside};
    step.sees = {{enter, enter_inside}};
    step.limits.wall_seconds = 20;
    step.limits.output_bytes = step.limits.output_kept = std::size_t{1} << 16;
    step.limits.confined = true;
    const Ended ended = run_all({step}, 1, 0).front();
    if (ended.output.find("usage: lab_enter") == std::string::npos) {
        throw KitError("a small program does not run in it");
    }
}

/// That a compiler lacks something in the sandbox must not look like a student's mistake.
///
/// Errors: KitError when an empty file cannot be compiled and linked with what every recorder has.
void Sandbox::Means::try_compiler(const tool::Toolchain& toolchain) const {
    const tool::TemporaryFolder place;
    const fs::path source = place.path() / "empty.cpp";
    const fs::path output = place.path() / "output";
    const fs::path object = output / "empty.o";
    tool::write_file(source, "");
    fs::create_directory(output);
    Step step;
    step.compiles = true;
    step.output = output;
    step.limits = tool::compiler_limits();
    const auto run = [&](std::vector<std::string> arguments, std::vector<Visible> sees) {
        step.arguments = std::move(arguments);
        step.sees = std::move(sees);
        const Ended ended = run_all({step}, 1, 0).front();
        if (ended.succeeded()) return;
        throw KitError(fmt::format("the compiler {} ({}) does not work in the sandbox ({}):\n{}",
                                   toolchain.compiler, toolchain.version, name_of(isolation),
                                   tool::printable(ended.output)));
    };
    run(compile_arguments(toolchain, source, object), {{source, ""}});
    std::vector<Visible> runtime;
    for (const std::string& archive : toolchain.runtime) runtime.push_back({archive, ""});
    run(link_arguments(toolchain, {object}, toolchain.runtime, output / "empty"), runtime);
}

Sandbox::Sandbox(const tool::Course& course, const tool::Toolchain& toolchain, bool unsafe,
                 std::size_t slots)
    : means_(std::make_unique<Means>()) {
    // What has lost its parent becomes a child of this process, which then waits for its end.
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    Means& means = *means_;
    means.enter = course.build / "lab_enter";
    const CompilerFiles compiler = files_of_compiler(toolchain);
    means.search_path = compiler.search_path;
    const bool is_root = geteuid() == 0;
    if (is_root) means.users = std::make_unique<SpareUsers>(slots);

    std::vector<std::string> reasons;
    const auto works = [&](Isolation isolation, const auto& make) {
        means.isolation = isolation;
        try {
            make();
            means.try_it();
            return true;
        } catch (const KitError& error) {
            reasons.push_back(fmt::format("{}: {}", name_of(isolation), error.what()));
        } catch (const fs::filesystem_error& error) {
            reasons.push_back(fmt::format("{}: {}", name_of(isolation), error.what()));
        }
        return false;
    };
    const bool found =
        works(Isolation::bubblewrap,
              [&] {
                  means.bubblewrap =
                      std::make_unique<Bubblewrap>(tool::require_program("bwrap", "bubblewrap"),
                                                   compiler, means.folder.path() / "bubblewrap");
              }) ||
        works(Isolation::spare_user, [&] {
            if (!is_root) throw KitError("only root can run a program as another user");
            means.changed_root =
                std::make_unique<ChangedRoot>(compiler, means.folder.path() / "roots");
            fs::permissions(means.folder.path(), fs::perms(0711));
        });
    means.reason = fmt::format("{}", fmt::join(reasons, "\n"));
    if (!found && !unsafe) {
        throw KitError(fmt::format(
            "programs that are not trusted cannot be kept apart from this machine:\n{}\n"
            "The ways out, best first:\n"
            "- apt-get install bubblewrap. It needs user namespaces: on Ubuntu,\n"
            "  sysctl kernel.apparmor_restrict_unprivileged_userns=0 allows them, on an older\n"
            "  Debian sysctl kernel.unprivileged_userns_clone=1.\n"
            "- Run this as root, in a container or a virtual machine.\n"
            "- --unsafe: the programs run as you. They can read all that you can, the solutions\n"
            "  and the other submissions too.",
            tool::indented(means.reason)));
    }
    if (!found) {
        means.isolation = Isolation::none;
        means.users.reset();
        means.try_it();
    }
    means.try_compiler(toolchain);
}

Sandbox::~Sandbox() = default;

Isolation Sandbox::isolation() const { return means_->isolation; }
std::string Sandbox::reason() const { return means_->reason; }

std::vector<Ended> Sandbox::run_all(const std::vector<Step>& steps, std::size_t at_once,
                                    std::size_t slot) const {
    std::vector<Ended> results;
    try {
        for (std::size_t done = 0; done < steps.size(); done += users_of_slot) {
            const auto begin = steps.begin() + static_cast<std::ptrdiff_t>(done);
            const auto count = std::min(users_of_slot, steps.size() - done);
            std::vector<Ended> some =
                means_->run_all({begin, begin + static_cast<std::ptrdiff_t>(count)}, at_once, slot);
            std::move(some.begin(), some.end(), std::back_inserter(results));
        }
    } catch (const fs::filesystem_error& error) {
        throw KitError(fmt::format("the sandbox failed: {}", error.what()));
    }
    return results;
}

}  // namespace lab::grade
