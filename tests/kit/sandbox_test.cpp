// The sandbox of ./lab grade, with each kind of isolation that works here. sandbox_probe.cpp is the
// program that runs in it. Some of the tests run once more as an ordinary user.
#include "sandbox.h"

#include <fmt/format.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators_range.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <chrono>
#include <csignal>
#include <map>
#include <memory>
#include <thread>

#include "error.h"
#include "folder.h"
#include "programs.h"
#include "scratch.h"
#include "without_bubblewrap.h"

namespace lab::kit {
namespace {

using Catch::Matchers::ContainsSubstring;
using grade::Isolation;
using grade::Sandbox;
using grade::Step;
using tool::Ended;

constexpr std::size_t mebibyte = std::size_t{1} << 20;

const tool::Toolchain& toolchain() {
    static const tool::Toolchain toolchain = tool::read_toolchain(course().build);
    return toolchain;
}

bool is_root() { return geteuid() == 0; }

/// A sandbox, and the probe that was compiled in it.
struct Place {
    std::unique_ptr<Sandbox> sandbox;
    tool::TemporaryFolder folder;

    fs::path output() const { return folder.path() / "output"; }

    Ended compile(const fs::path& source, const fs::path& object,
                  const std::vector<std::string>& more_arguments = {}) const {
        Step step;
        step.arguments = compile_arguments(toolchain(), source, object);
        step.arguments.insert(step.arguments.end(), more_arguments.begin(), more_arguments.end());
        step.sees = {{source, ""}};
        step.output = output();
        step.compiles = true;
        step.limits = tool::compiler_limits();
        return sandbox->run_all({step}, 1, 0).front();
    }

    Ended link(const fs::path& object, const fs::path& program) const {
        Step step;
        step.arguments = link_arguments(toolchain(), {object}, {}, program);
        step.output = output();
        step.compiles = true;
        step.limits = tool::compiler_limits();
        return sandbox->run_all({step}, 1, 0).front();
    }

    Step probe(std::vector<std::string> arguments) const {
        Step step;
        step.arguments = std::move(arguments);
        step.arguments.insert(step.arguments.begin(), "/program");
        step.sees = {{output() / "probe", "/program"}};
        step.limits.wall_seconds = 10;
        step.limits.cpu_seconds = 5;
        step.limits.memory_bytes = 256 * mebibyte;
        step.limits.file_bytes = mebibyte;
        step.limits.output_bytes = step.limits.output_kept = mebibyte;
        step.limits.transcript_bytes = mebibyte;
        return step;
    }

    Ended run(const std::vector<std::string>& arguments) const {
        return sandbox->run_all({probe(arguments)}, 1, 0).front();
    }
};

Place& place_of(Isolation isolation) {
    static std::map<Isolation, std::unique_ptr<Place>> places;
    if (places.contains(isolation)) return *places[isolation];
    auto place = std::make_unique<Place>();
    std::optional<WithoutBubblewrap> without;
    if (isolation != Isolation::bubblewrap) without.emplace();
    place->sandbox = std::make_unique<Sandbox>(course(), toolchain(), true, 2);
    fs::create_directory(place->output());
    const fs::path object = place->output() / "probe.o";
    const Ended compiled =
        place->compile(course().root / "tests" / "kit" / "sandbox_probe.cpp", object);
    INFO(compiled.output);
    REQUIRE(compiled.succeeded());
    REQUIRE(place->link(object, place->output() / "probe").succeeded());
    return *(places[isolation] = std::move(place));
}

/// What isolates here; `none` does not.
std::vector<Isolation> isolations() {
    std::vector<Isolation> result;
    if (!tool::find_program("bwrap").empty()) result.push_back(Isolation::bubblewrap);
    if (is_root()) result.push_back(Isolation::spare_user);
    return result;
}

std::vector<Isolation> isolations_and_none() {
    std::vector<Isolation> result = isolations();
    if (!is_root()) result.push_back(Isolation::none);
    return result;
}

/// Some test's place, with the isolation in its messages.
#define PLACE(those)                                             \
    const Isolation isolation = GENERATE(from_range(those));     \
    const Place& place = place_of(isolation);                    \
    INFO(name_of(isolation) << ": " << place.sandbox->reason()); \
    REQUIRE(place.sandbox->isolation() == isolation)

/// Whether a process of this machine has the name.
bool runs_somewhere(const std::string& name) {
    for (const auto& entry : fs::directory_iterator("/proc")) {
        std::error_code gone;
        if (!fs::exists(entry.path() / "comm", gone)) continue;
        try {
            if (tool::read_file(entry.path() / "comm") == name + "\n") return true;
        } catch (const tool::KitError&) { continue; }
    }
    return false;
}

std::string all_no(const std::vector<std::string>& names) {
    std::string text;
    for (const std::string& name : names) text += name + ": no\n";
    return text;
}

TEST_CASE("a program in the sandbox sees nothing of this machine", "[sandbox][each-user]") {
    PLACE(isolations());
    std::vector<std::string> paths{"/etc/passwd", "/home",        "/usr",     "/root",
                                   "/proc/1",     "/sys",         "/bin/sh",  "/tmp",
                                   "/lib",        "/usr/bin/c++", "/dev/sda", "/dev/shm"};
    for (const fs::path& path : {course().root, course().build, place.folder.path()}) {
        paths.push_back(path.string());
    }
    std::vector<std::string> arguments = paths;
    arguments.insert(arguments.begin(), "see");

    CHECK(place.run(arguments).output == all_no(paths));
    CHECK(place.run({"list", "."}).output == place.run({"list", "/current"}).output);
    CHECK(place.run({"list", "."}).output.size() == std::string(".\n..\n").size());
    CHECK(place.run({"environment"}).output.empty());
    CHECK(place.run({"see", "/program"}).output == "/program: yes\n");
}

TEST_CASE("a compiler in the sandbox sees headers, but no solution, no test and no LibTorch",
          "[sandbox]") {
    PLACE(isolations());
    const fs::path root = course().root;
    std::string code;
    for (const tool::Lesson& lesson : course().lessons) {
        for (const fs::path& path :
             {lesson.solution, lesson.source, root / "tests" / lesson.name / "test.cpp"}) {
            REQUIRE(fs::exists(path));
            code +=
                fmt::format("#if __has_include(\"{0}\")\n#error \"{0}\"\n#endif\n", path.string());
        }
        code += fmt::format("#include \"{}\"\n", lesson.header.filename().string());
    }
    for (const char* header :
         {"torch/torch.h", "ATen/ATen.h", "c10/util/Half.h", "catch2/catch_all.hpp", "/etc/passwd",
          "observe.h", "reference.h", "/proc/self/environ", "/etc/hostname", "/etc/shadow"}) {
        code += fmt::format("#if __has_include(\"{0}\")\n#error \"{0}\"\n#endif\n", header);
    }
    for (const char* header : {"Eigen/Dense", "unsupported/Eigen/FFT", "thread", "netdb.h",
                               "arpa/inet.h", "sys/socket.h", "immintrin.h"}) {
        code += fmt::format("#include <{}>\n", header);
    }
    const fs::path source = place.folder.path() / "looks_around.cpp";
    tool::write_file(source, code);

    const Ended compiled =
        place.compile(source, place.output() / "looks_around.o", {"-fsyntax-only"});

    INFO(compiled.output);
    CHECK(compiled.succeeded());
    CHECK(compiled.output.empty());
}

TEST_CASE("a compiler's messages in the sandbox are those of ./lab check", "[sandbox]") {
    PLACE(isolations_and_none());
    const fs::path source = place.folder.path() / "wrong.cpp";
    tool::write_file(source, "int main() { return nothing; }\n");
    const tool::TemporaryFolder here;

    const Ended compiled = place.compile(source, place.output() / "wrong.o");

    CHECK(compiled.output == compile_all(toolchain(), {source}, here.path()).compilers[0].output);
    CHECK(compiled.code == 1);
    CHECK_THAT(compiled.output, ContainsSubstring("‘nothing’ was not declared"));
}

TEST_CASE("a step does not see what other steps write", "[sandbox]") {
    PLACE(isolations());
    const tool::TemporaryFolder first, second;
    const auto step = [&](const tool::TemporaryFolder& folder) {
        Step writes = place.probe({"write", (first.path() / "a").string()});
        writes.output = folder.path();
        return writes;
    };

    const std::vector<Ended> ended = place.sandbox->run_all({step(first), step(second)}, 2, 0);

    CHECK_THAT(ended[0].output, ContainsSubstring("/a: yes"));
    CHECK_THAT(ended[1].output, ContainsSubstring("/a: no"));
    CHECK(fs::exists(first.path() / "a"));
    CHECK(fs::is_empty(second.path()));
}

TEST_CASE("a program in the sandbox writes nowhere", "[sandbox][each-user]") {
    PLACE(isolations());
    const std::vector<std::string> paths{"here", "/file", "/program", "/dev/file", "/tmp/file"};
    std::vector<std::string> arguments = paths;
    arguments.insert(arguments.begin(), "write");

    CHECK(place.run(arguments).output == all_no(paths));
}

TEST_CASE("what only its owner may read is shown all the same", "[sandbox]") {
    PLACE(isolations());
    const fs::path file = place.folder.path() / "private.txt";
    for (const char* text : {"first\n", "second\n"}) {
        tool::write_file(file, text);
        fs::permissions(file, fs::perms(0600));
        Step step = place.probe({"read", "/file"});
        step.sees.push_back({file, "/file"});
        CHECK(place.sandbox->run_all({step}, 1, 0)[0].output == text);
    }
}

TEST_CASE("a program in the sandbox is an ordinary user without any right",
          "[sandbox][each-user]") {
    PLACE(isolations());
    CHECK(place.run({"rights"}).output ==
          all_no({"root", "groups", "capabilities", "new privileges", "becomes root",
                  "becomes another", "changes root"}));
}

TEST_CASE("a program in the sandbox has no network", "[sandbox][each-user]") {
    PLACE(isolations());
    const Ended ended = place.run({"network"});
    CHECK(ended.succeeded());
    if (isolation == Isolation::bubblewrap) {
        CHECK(ended.output == "connects: no\nsocket: yes\ninterfaces: no\n");
    } else {
        CHECK(ended.output == "socket: no\n");
    }
    Step confined = place.probe({"network"});
    confined.limits.confined = true;
    CHECK(place.sandbox->run_all({confined}, 1, 0)[0].output == "socket: no\n");
}

TEST_CASE("nothing that a program in the sandbox starts outlives it", "[sandbox][each-user]") {
    PLACE(isolations());
    const std::string name = fmt::format("left{}", getpid());

    CHECK(place.run({"leave", name}).succeeded());
    CHECK_FALSE(runs_somewhere(name));

    Step stopped = place.probe({"stay", name});
    stopped.limits.wall_seconds = 0.3;
    CHECK(place.sandbox->run_all({stopped}, 1, 0)[0].kind == Ended::Kind::timed_out);
    CHECK_FALSE(runs_somewhere(name));
}

TEST_CASE("a program in the sandbox ends nothing but itself", "[sandbox][each-user]") {
    PLACE(isolations());
    const Ended ended = place.run({"kill"});
    CHECK(ended.succeeded());
    CHECK(ended.output == all_no({"others", "first", "parent"}));
}

TEST_CASE("exit codes and signals come out of the sandbox as they are", "[sandbox]") {
    PLACE(isolations_and_none());
    for (const int code : {0, 1, 2, 42, 127, 128, 139, 255}) {
        const Ended ended = place.run({"exit", std::to_string(code)});
        CHECK(ended.kind == Ended::Kind::exited);
        CHECK(ended.code == code);
    }
    for (const int signal : {SIGSEGV, SIGABRT, SIGKILL, SIGTERM, SIGFPE}) {
        const Ended ended = place.run({"signal", std::to_string(signal)});
        CHECK(ended.kind == Ended::Kind::signalled);
        CHECK(ended.code == signal);
        CHECK_FALSE(ended.out_of_memory);
    }
}

TEST_CASE("the transcript comes out of the sandbox", "[sandbox][each-user]") {
    PLACE(isolations_and_none());
    CHECK(place.run({"transcript", "what happened"}).transcript.size() == 13);
}

TEST_CASE("a sandbox that fails is no verdict", "[sandbox]") {
    PLACE(isolations_and_none());
    Step missing = place.probe({"exit", "0"});
    missing.sees.push_back({place.folder.path() / "missing", "/missing"});
    Step no_program = place.probe({"exit", "0"});
    no_program.arguments = {"/there/is/none"};
    if (isolation != Isolation::none) {
        CHECK_THROWS_AS(place.sandbox->run_all({missing}, 1, 0), tool::KitError);
    }
    CHECK_THROWS_AS(place.sandbox->run_all({no_program}, 1, 0), tool::KitError);
}

TEST_CASE("each limit holds in the sandbox", "[sandbox]") {
    PLACE(isolations_and_none());
    using Kind = Ended::Kind;
    Step spins = place.probe({"spin"}), ignores = place.probe({"spin", "on"}),
         sleeps = place.probe({"sleep"}), prints = place.probe({"print"}),
         fills = place.probe({"fill"}), threads = place.probe({"threads"});
    spins.limits.cpu_seconds = ignores.limits.cpu_seconds = 1;
    sleeps.limits.wall_seconds = 0.5;
    threads.limits.memory_bytes = 0;

    const auto ended =
        place.sandbox->run_all({spins, ignores, sleeps, prints, fills, threads}, 6, 1);

    CHECK(ended[0].kind == Kind::timed_out);
    CHECK(ended[1].kind == Kind::timed_out);
    CHECK(ended[2].kind == Kind::timed_out);
    CHECK(ended[2].seconds < 2);
    CHECK(ended[3].kind == Kind::too_much_output);
    CHECK(ended[3].output.size() == mebibyte);
    if (isolation != Isolation::none) {
        CHECK(ended[4].output == "written: 0\n");
        CHECK(std::atoi(ended[5].output.c_str()) > 8);
        CHECK(std::atoi(ended[5].output.c_str()) < 64);
    }
}

TEST_CASE("memory that was not enough is told from a crash", "[sandbox]") {
    PLACE(isolations_and_none());
    const fs::path source = place.folder.path() / "big.cpp";
    tool::write_file(source,
                     "static volatile char big[1u << 30];\n"
                     "int main(int count, char**) { return big[count]; }\n");
    const fs::path object = place.output() / "big.o", program = place.output() / "big";
    REQUIRE(place.compile(source, object).succeeded());
    REQUIRE(place.link(object, program).succeeded());
    Step big = place.probe({});
    big.sees = {{program, "/program"}};

    const auto ended = place.sandbox->run_all(
        {place.probe({"allocate"}), place.probe({"touch"}), big, place.probe({"signal", "6"})}, 4,
        0);

    CHECK(ended[0].out_of_memory);
    CHECK(ended[0].code == SIGABRT);
    CHECK(ended[1].out_of_memory);
    CHECK(ended[1].code == SIGSEGV);
    CHECK(ended[2].out_of_memory);
    CHECK_FALSE(ended[3].out_of_memory);
}

TEST_CASE("two threads use the sandbox at once", "[sandbox]") {
    PLACE(isolations_and_none());
    std::vector<std::vector<Ended>> ended(8);
    two_at_a_time(ended.size(), [&](std::size_t i, std::size_t worker) {
        std::vector<Step> steps(4, place.probe({"exit", std::to_string(i)}));
        ended[i] = place.sandbox->run_all(steps, 2, worker);
    });
    for (std::size_t i = 0; i < ended.size(); ++i) {
        REQUIRE(ended[i].size() == 4);
        for (const Ended& one : ended[i]) CHECK(one.code == static_cast<int>(i));
    }
}

TEST_CASE("without bubblewrap root takes spare users, and others have to say --unsafe",
          "[sandbox][each-user]") {
    const WithoutBubblewrap without;
    if (is_root()) {
        const Sandbox sandbox(course(), toolchain(), false, 1);
        CHECK(sandbox.isolation() == Isolation::spare_user);
        CHECK_THAT(sandbox.reason(), ContainsSubstring("bwrap: no namespace for you"));
        return;
    }
    CHECK_THROWS_WITH(Sandbox(course(), toolchain(), false, 1),
                      ContainsSubstring("bwrap: no namespace for you") &&
                          ContainsSubstring("only root") && ContainsSubstring("--unsafe"));
    const Sandbox sandbox(course(), toolchain(), true, 1);
    CHECK(sandbox.isolation() == Isolation::none);
}

TEST_CASE("bubblewrap is the first choice", "[sandbox]") {
    if (tool::find_program("bwrap").empty()) SKIP("bubblewrap is not installed");
    CHECK(place_of(Isolation::bubblewrap).sandbox->isolation() == Isolation::bubblewrap);
    CHECK(place_of(Isolation::bubblewrap).sandbox->reason().empty());
}

TEST_CASE("the sandbox is the same for an ordinary user", "[sandbox-as-user]") {
    if (!is_root()) SKIP("the other tests are an ordinary user's already");
    const std::string setpriv = tool::find_program("setpriv");
    const std::vector<std::string> as_user{setpriv, "--reuid=65534", "--regid=65534",
                                           "--clear-groups"};
    const fs::path program = course().build / "tests" / "kit" / "kit_tests";
    std::vector<std::string> arguments = as_user;
    arguments.insert(arguments.end(), {"/usr/bin/test", "-r", program.string()});
    if (setpriv.empty() || !run_program(arguments).succeeded()) {
        SKIP("another user cannot read this kit");
    }
    arguments = as_user;
    arguments.insert(arguments.end(), {program.string(), "[each-user]"});

    const Ended ended = run_program(arguments);

    INFO(ended.output);
    CHECK(ended.succeeded());
}

}  // namespace
}  // namespace lab::kit
