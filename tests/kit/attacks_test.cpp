// A class of attackers, with a few honest students among them, graded as an instructor grades.
#include <arpa/inet.h>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <cstring>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>

#include "archives.h"
#include "check.h"
#include "results.h"
#include "sandbox.h"
#include "scratch.h"
#include "submissions.h"
#include "text.h"
#include "without_bubblewrap.h"

using namespace lab;
using namespace lab::kit;

namespace {

const tool::Lesson& lesson() { return course().find("02"); }

/// What a grading has to come to.
struct Expected {
    std::string verdict;
    std::string of_one_test = {};  ///< the verdict of exactly one test; the others': `verdict`
    double points = 0;
};

/// Reads the first line of a program in tests/attacks: see README.md there.
Expected promised(const std::string& program) {
    static const std::regex line("// Verdict: ([a-z_]+)(?:, ([a-z_]+) in one test)?\n");
    std::smatch match;
    REQUIRE(std::regex_search(program, match, line, std::regex_constants::match_continuous));
    return {match[1], match[2]};
}

/// A socket of this machine that takes connections; nobody has any reason to make one.
class Listener {
public:
    Listener(const sockaddr* address, socklen_t size) {
        socket_ = socket(address->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        REQUIRE(bind(socket_, address, size) == 0);
        REQUIRE(listen(socket_, 8) == 0);
    }
    ~Listener() { close(socket_); }
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

    bool reached() const { return accept(socket_, nullptr, nullptr) >= 0; }
    int port() const {
        sockaddr_in address{};
        socklen_t size = sizeof address;
        getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
        return ntohs(address.sin_port);
    }

private:
    int socket_ = -1;
};

Listener listen_on_loopback() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return {reinterpret_cast<const sockaddr*>(&address), sizeof address};
}

/// On a socket that has a name and no file.
Listener listen_on_name(const std::string& name) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::copy(name.begin(), name.end(), address.sun_path + 1);
    return {reinterpret_cast<const sockaddr*>(&address),
            static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size())};
}

/// The processes whose parent this process is and that still run, with their names.
std::set<std::string> children() {
    std::set<std::string> found;
    for (const auto& entry : fs::directory_iterator("/proc")) {
        std::ifstream file(entry.path() / "stat");
        std::string text;
        std::getline(file, text);
        // The name, in parentheses, may hold anything; then come the state and the parent.
        const std::size_t end = std::min(text.size(), text.rfind(')') + 1);
        std::istringstream rest(text.substr(end));
        std::string state, parent;
        rest >> state >> parent;
        if (parent == std::to_string(getpid()) && state != "Z") found.insert(text.substr(0, end));
    }
    return found;
}

/// All that lies in a folder, with what it holds and who may do what with it.
std::map<std::string, std::string> state_of(const fs::path& folder) {
    std::map<std::string, std::string> files;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
        struct stat info {};
        lstat(entry.path().c_str(), &info);
        const bool readable = S_ISREG(info.st_mode);
        files[entry.path()] = fmt::format("{:o} {} {}", info.st_mode, info.st_uid,
                                          readable ? tool::read_file(entry.path()) : "");
    }
    return files;
}

std::string shared_memory_of_this_machine() {
    // Not read_file: what it counts on, a size, these files do not have.
    std::ifstream file("/proc/sysvipc/shm");
    std::string keys;
    for (std::string line; std::getline(file, line);) keys += line.substr(0, 22) + "\n";
    return keys;
}

enum class Attackers { all, programs_that_run };

class AttackedClass {
public:
    explicit AttackedClass(Attackers attackers) {
        fs::create_directories(submissions_);
        write(canary_ / "old", "as it was");
        for (const fs::path& program : programs_in(course().root / "tests" / "attacks")) {
            const std::string content = tool::read_file(program);
            const Expected expected = promised(content);
            if (attackers != Attackers::all && expected.verdict == "compile_error") continue;
            expected_[program.stem()] = expected;
            hand_in(program.stem(), prepared(content));
        }
        hand_in_honestly();
        if (attackers != Attackers::all) return;
        hand_in_broken_files();
        hand_in_strange_names();
        hand_in_links();
        hand_in_archives();
    }

    std::vector<std::string> command() const {
        return {(course().build / "lab_grade").string(),
                "grade",
                submissions_.string(),
                "--out",
                results().string(),
                "--lessons",
                lesson().number,
                "--jobs",
                "2"};
    }
    fs::path handed_in() const { return folder_.path() / "class"; }
    fs::path results() const { return folder_.path() / "results"; }
    const std::map<std::string, Expected>& expected() const { return expected_; }
    bool reached() const { return network_.reached() || name_.reached(); }
    const std::string& secret() const { return secret_; }

private:
    void hand_in(const std::string& student, const std::string& content) {
        const fs::path file = submissions_ / student / lesson().source.filename();
        REQUIRE(!fs::exists(file));
        write(file, content);
    }

    /// With the names that an attacker would have to guess.
    std::string prepared(std::string program) const {
        const std::map<std::string, std::string> names{
            {"KIT_FOLDER", course().root.string()},
            {"SUBMISSIONS_FOLDER", submissions_.string()},
            {"CANARY_FOLDER", canary_.string()},
            {"CANARY_SECRET", secret_},
            {"CANARY_PORT", std::to_string(network_.port())}};
        for (const auto& [word, name] : names) {
            for (std::size_t at; (at = program.find(word)) != std::string::npos;) {
                program.replace(at, word.size(), name);
            }
        }
        return program;
    }

    /// First, last and in between, so that attackers run beside them.
    void hand_in_honestly() {
        for (const char* student : {"0_honest_right", "honest_right", "zz_honest_right"}) {
            hand_in(student, solution_);
            expected_[student] = {"passed", "", lesson().points};
        }
        for (const char* student : {"1_honest_wrong", "honest_wrong", "zz_honest_wrong"}) {
            hand_in(student, mistake_);
            expected_[student] = wrong_;
        }
    }

    void hand_in_broken_files() {
        hand_in("file_with_nul", solution_ + std::string(1, '\0'));
        expected_["file_with_nul"] = {"compile_error"};
        hand_in("file_not_utf8", solution_ + "// \xFF\xFE\n");
        expected_["file_not_utf8"] = {"compile_error"};
        hand_in("file_empty", "");
        expected_["file_empty"] = {"compile_error"};
        hand_in("submission_too_large", solution_ + std::string(std::size_t{2} << 20, '\n'));
        expected_["submission_too_large"] = {"not_submitted"};
    }

    void hand_in_strange_names() {
        for (const std::string& name :
             {std::string("\033[2J\033[31mpassed\033[0m"), std::string("line\nbreak"),
              std::string("--unsafe"), std::string("\xFF not UTF-8 \x9B"),
              "';\"$(touch " + std::string(1, '`') + "reboot`) DROP TABLE lesson",
              std::string("\u202Edessap"), std::string(255, 'x')}) {
            hand_in(name, mistake_);
            expected_[grade::shown_name(name)] = wrong_;
        }
    }

    void hand_in_links() {
        const std::string file = lesson().source.filename();
        for (const char* student : {"link_to_the_solution", "link_to_a_folder", "pipe"}) {
            fs::create_directories(submissions_ / student);
            expected_[student] = {"not_submitted"};
        }
        fs::create_symlink(lesson().solution, submissions_ / "link_to_the_solution" / file);
        fs::create_symlink(course().root / "solutions",
                           submissions_ / "link_to_a_folder" / "lessons");
        REQUIRE(mkfifo((submissions_ / "pipe" / file).c_str(), 0666) == 0);
        // No entry at all.
        fs::create_directory_symlink(lesson().solution.parent_path(),
                                     submissions_ / "link_to_the_solutions_folder");
    }

    void hand_in_archives() {
        const std::string file = lesson().source.filename();
        const auto archive = [&](const std::string& name, const std::vector<Member>& members) {
            pack(submissions_ / name, members);
            const std::string student = name.substr(0, name.find('.'));
            expected_[student] = {"not_submitted"};
            return student;
        };
        archive("slip.zip", {{"../slip/" + file, solution_},
                             {"../../canary/new", "slipped"},
                             {"..\\" + file, solution_}});
        archive("slip_by_full_path.tar.gz", {{submissions_ / "slipped" / file, solution_},
                                             {canary_ / "new", "slipped"},
                                             {canary_ / "old", "slipped"}});
        archive("link.tar.gz", {{.path = file, .type = AE_IFLNK, .link = lesson().solution}});
        archive("hard_link.tar.gz", {{.path = file, .link = lesson().solution}});
        archive("device.tar.gz", {{.path = file, .type = AE_IFCHR}});
        archive("pipe_in_archive.tar.gz", {{.path = file, .type = AE_IFIFO}});
        const std::string zeros(std::size_t{100} << 20, '\0');
        archive("bomb.zip", {{file, zeros}});
        archive("bomb_before.tar.gz", {{"zeros", zeros}, {file, solution_}});
        std::vector<Member> many(25'000, {"no.txt", ""});
        many.push_back({file, solution_});
        archive("many_members.zip", many);
        // What comes after a link does not go where the link leads: the program itself is honest.
        expected_[archive("through_a_link.tar.gz",
                          {{.path = "lessons", .type = AE_IFLNK, .link = canary_},
                           {"lessons/" + file, mistake_}})] = wrong_;
    }

    const tool::TemporaryFolder folder_;
    const fs::path submissions_ = folder_.path() / "class" / "submissions";
    const fs::path canary_ = folder_.path() / "class" / "canary";
    const std::string secret_ = fmt::format("secret_{}_{}", getpid(), std::time(nullptr));
    const Listener network_ = listen_on_loopback();
    const Listener name_ = listen_on_name(secret_);
    const fs::path mistake_file_ =
        course().root / "tests" / lesson().name / "mistakes" / "scaled_by_p.cpp";
    const std::string mistake_ = tool::read_file(mistake_file_);
    const std::string solution_ = tool::read_file(lesson().solution);
    const Expected wrong_{"failed", "",
                          tool::Checker(course()).check(lesson(), mistake_file_).points};
    std::map<std::string, Expected> expected_;
};

/// Empty when the row is as it should be.
std::string fault_of(const grade::LessonRow& row, const Expected& expected) {
    std::size_t others = 0, passed = 0;
    for (const grade::TestRow& test : row.tests) {
        if (test.verdict == expected.of_one_test) ++others;
        if (test.verdict == "passed") ++passed;
    }
    const bool all_alike =
        row.verdict == "failed" ||
        std::all_of(row.tests.begin(), row.tests.end(),
                    [&](const grade::TestRow& test) { return test.verdict == row.verdict; });
    const bool good = row.verdict == expected.verdict && row.points == expected.points &&
                      (passed > 0) == (expected.points > 0) && all_alike &&
                      others == (expected.of_one_test.empty() ? 0 : 1) &&
                      row.tests.size() == lesson().tests.size() &&
                      !row.circumstances.isolation.empty();
    if (good) return "";
    std::string text =
        fmt::format("{}: {}, {} points, wanted {}, {} points: {}\n", row.student, row.verdict,
                    row.points, expected.verdict, expected.points, row.problem);
    for (const grade::TestRow& test : row.tests) {
        text += fmt::format("    {}: {}: {}\n", test.name, test.verdict, test.message);
    }
    return text;
}

void grade_and_check(const AttackedClass& attacked) {
    const auto files = state_of(attacked.handed_in());
    const std::string memory = shared_memory_of_this_machine();
    // A process that outlives its parents becomes a child of this one.
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    const std::set<std::string> processes = children();

    const tool::Ended ended = run_program(attacked.command(), {}, {"CANARY=" + attacked.secret()});

    CHECK(children() == processes);
    prctl(PR_SET_CHILD_SUBREAPER, 0);
    INFO(ended.output);
    CHECK(ended.succeeded());
    CHECK(tool::printable(ended.output) == ended.output);
    CHECK(!attacked.reached());
    CHECK(state_of(attacked.handed_in()) == files);
    CHECK(shared_memory_of_this_machine() == memory);

    const grade::Results results = grade::Results::open_to_read(attacked.results());
    CHECK(results.students().size() == attacked.expected().size());
    for (const auto& [student, expected] : attacked.expected()) {
        INFO(student);
        const auto row = results.lesson(student, lesson().name);
        CHECK(row.has_value());
        if (row) CHECK(fault_of(*row, expected) == "");
    }
}

}  // namespace

TEST_CASE("no attack passes, stops the run, harms the honest or leaves anything behind",
          "[attacks]") {
    const AttackedClass attacked(Attackers::all);
    CHECK(attacked.expected().size() >= 100);
    grade_and_check(attacked);
}

TEST_CASE("no program does under a spare user, either", "[attacks]") {
    if (geteuid() != 0) SKIP("only root has spare users");
    // What is left out never runs, or is special in nothing but its name.
    const AttackedClass attacked(Attackers::programs_that_run);
    CHECK(attacked.expected().size() >= 60);
    const WithoutBubblewrap without;
    grade_and_check(attacked);
    const auto row =
        grade::Results::open_to_read(attacked.results()).lesson("honest_right", lesson().name);
    REQUIRE(row.has_value());
    CHECK(row->circumstances.isolation == name_of(grade::Isolation::spare_user));
}
