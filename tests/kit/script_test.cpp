// The script ./lab itself, with a machine that is made up: its PATH holds stand-ins for the
// system's own programs.
#include <sys/stat.h>

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <set>

#include "scratch.h"

using namespace lab;
using namespace lab::kit;
using Catch::Matchers::ContainsSubstring;

namespace {

/// A machine on which nothing that the kit needs is installed, and `id -u` says that the user is
/// not root.
class BareMachine {
public:
    BareMachine() {
        const std::set<std::string> absent{"apt-get", "apt-cache", "sudo", "dpkg", "dpkg-query",
                                           "cmake",   "ninja",     "id",   "brew"};
        for (const auto& entry : fs::directory_iterator("/usr/bin")) {
            const std::string name = entry.path().filename().string();
            if (absent.count(name) == 0) fs::create_symlink(entry.path(), folder_.path() / name);
        }
        stand_in("id", "echo 1000");
        stand_in("dpkg-query", "exit 1");
        stand_in("dpkg", "exit 1");
        stand_in("apt-cache", "echo '  Candidate: 1.0'");
    }

    void stand_in(const std::string& name, const std::string& code) {
        tool::write_file(folder_.path() / name, "#!/bin/sh\n" + code + "\n");
        chmod((folder_.path() / name).c_str(), 0755);
    }

    tool::Ended lab(const ScratchKit& kit, std::vector<std::string> arguments) const {
        arguments.insert(arguments.begin(), {"/bin/sh", (kit.root() / "lab").string()});
        tool::Command command;
        command.arguments = arguments;
        command.environment = {"PATH=" + folder_.path().string()};
        command.directory = kit.root().string();
        command.limits.wall_seconds = 60;
        command.limits.output_bytes = command.limits.output_kept = 1 << 20;
        return tool::run(command);
    }

private:
    tool::TemporaryFolder folder_;
};

/// A clone without a build, with the script as it is in the working tree.
void make_fresh(const ScratchKit& kit) {
    fs::remove_all(kit.root() / "build");
    fs::copy_file(course().root / "lab", kit.root() / "lab", fs::copy_options::overwrite_existing);
}

std::size_t lines(const std::string& text) {
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

}  // namespace

TEST_CASE("without rights one line names the packages and the command", "[script]") {
    const ScratchKit kit;
    make_fresh(kit);
    BareMachine machine;
    machine.stand_in("apt-get", "exit 1");

    const tool::Ended ended = machine.lab(kit, {"--yes", "list"});

    INFO(ended.output);
    CHECK(ended.code == 2);
    CHECK(lines(ended.output) == 1);
    CHECK_THAT(ended.output, ContainsSubstring("libtorch-dev"));
    CHECK_THAT(ended.output, ContainsSubstring("apt-get install"));
}

TEST_CASE("without a terminal nothing is installed unasked", "[script]") {
    const ScratchKit kit;
    make_fresh(kit);
    BareMachine machine;
    machine.stand_in("apt-get", "case $1 in install|update) echo called >&2 ;; esac; exit 1");
    machine.stand_in("sudo", "shift; exec \"$@\"");

    const tool::Ended ended = machine.lab(kit, {"list"});

    INFO(ended.output);
    CHECK(ended.code == 2);
    CHECK_THAT(ended.output, ContainsSubstring("./lab --yes installs them"));
    CHECK(ended.output.find("called") == std::string::npos);
}

TEST_CASE("without a network the script says so", "[script]") {
    const ScratchKit kit;
    make_fresh(kit);
    BareMachine machine;
    machine.stand_in("id", "echo 0");
    machine.stand_in("apt-get",
                     "echo 'E: Failed to fetch a list  Could not resolve a name'; exit 100");

    const tool::Ended ended = machine.lab(kit, {"--yes", "list"});

    INFO(ended.output);
    CHECK(ended.code == 2);
    CHECK_THAT(ended.output, ContainsSubstring("is there a network?"));
    CHECK_THAT(ended.output, ContainsSubstring("apt-get install"));
}

TEST_CASE("without apt-get the script lists what to install", "[script]") {
    const ScratchKit kit;
    make_fresh(kit);
    const BareMachine machine;
    const tool::Ended ended = machine.lab(kit, {"list"});
    INFO(ended.output);
    CHECK(ended.code == 2);
    CHECK_THAT(ended.output, ContainsSubstring("libtorch-dev"));
    CHECK_THAT(ended.output, ContainsSubstring("cmake and ninja are missing"));
}
