// ./lab bundle: what is uploaded to Gradescope and GitHub, unpacked as these services do it, and
// its scripts run as they run them.
#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

#include <array>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>

#include "programs.h"
#include "scratch.h"

using namespace lab;
using namespace lab::kit;
using Catch::Matchers::ContainsSubstring;
using nlohmann::json;

namespace {

struct Unpacked {
    std::string content;
    bool program = false;
};

/// The files of a zip archive, by name.
std::map<std::string, Unpacked> unzip(const fs::path& path) {
    std::map<std::string, Unpacked> files;
    const std::unique_ptr<archive, decltype(&archive_read_free)> zip(archive_read_new(),
                                                                     archive_read_free);
    archive_read_support_format_zip(zip.get());
    REQUIRE(archive_read_open_filename(zip.get(), path.c_str(), 1 << 16) == ARCHIVE_OK);
    for (archive_entry* entry = nullptr;
         archive_read_next_header(zip.get(), &entry) == ARCHIVE_OK;) {
        Unpacked& file = files[archive_entry_pathname(entry)];
        file.program = (archive_entry_perm(entry) & 0100) != 0;
        std::array<char, 1 << 14> part{};
        for (la_ssize_t size = 0;
             (size = archive_read_data(zip.get(), part.data(), part.size())) > 0;) {
            file.content.append(part.data(), static_cast<std::size_t>(size));
        }
    }
    return files;
}

void make_program(const fs::path& path, const std::string& content) {
    tool::write_file(path, content);
    fs::permissions(path, fs::perms::owner_all);
}

void unpack(const fs::path& zip, const fs::path& folder) {
    for (const auto& [name, file] : unzip(zip)) {
        tool::write_file(folder / name, file.content);
        if (file.program) fs::permissions(folder / name, fs::perms::owner_all);
    }
}

/// A kit with this working tree's bundle scripts.
struct Kit : ScratchKit {
    Kit() {
        fs::copy(course().root / "docs", root() / "docs",
                 fs::copy_options::recursive | fs::copy_options::overwrite_existing);
    }

    tool::Ended git(std::vector<std::string> arguments) const {
        arguments.insert(arguments.begin(), {tool::require_program("git"), "-C", root().string(),
                                             "-c", "user.name=a", "-c", "user.email=a@b.example"});
        return run_program(arguments);
    }
};

/// What stands in for the script ./lab and its build of two minutes: the programs that are built
/// already, copied from `build`.
std::string built_lab(const fs::path& build) {
    return fmt::format(R"sh(#!/bin/sh
kit=$(cd "$(dirname "$0")" && pwd)
[ -d "$kit/build" ] || cp -R -P '{}' "$kit/build"
if [ "$1" = --yes ]; then shift; fi
exec "$kit/build/lab_grade" "$@"
)sh",
                       build.string());
}

const tool::Lesson& scaling() { return course().find("02"); }

std::string right() { return tool::read_file(scaling().solution); }

std::string wrong() {
    return tool::read_file(course().root / "tests" / scaling().name / "mistakes" /
                           "not_scaled.cpp");
}

/// Gradescope's machine: /autograder, at another place.
class Autograder {
public:
    explicit Autograder(const Kit& kit, std::vector<std::string> options = {"--lessons", "02"}) {
        const fs::path zip = folder_.path() / "gradescope.zip";
        options.insert(options.begin(), {"bundle", "gradescope", "--out", zip.string()});
        made_ = kit.lab(options);
        INFO(made_.output);
        REQUIRE(made_.succeeded());
        unpack(zip, root() / "source");
        fs::copy_file(root() / "source" / "run_autograder", root() / "run_autograder");
        make_program(root() / "source" / "kit" / "lab", built_lab(kit.root() / "build"));
        fs::create_directories(root() / "results");
    }

    fs::path root() const { return folder_.path() / "autograder"; }
    const tool::Ended& made() const { return made_; }

    void submit(const std::map<std::string, std::string>& files,
                const std::string& metadata =
                    R"({"id": 1, "created_at": "2026-10-01T12:00:00.365935-07:00"})") const {
        fs::remove_all(root() / "submission");
        fs::create_directories(root() / "submission");
        for (const auto& [name, content] : files) {
            tool::write_file(root() / "submission" / name, content);
        }
        tool::write_file(root() / "submission_metadata.json", metadata);
    }

    tool::Ended run() const {
        return run_program({(root() / "run_autograder").string()}, root(),
                           {"AUTOGRADER_ROOT=" + root().string()});
    }

    json results() const {
        return json::parse(tool::read_file(root() / "results" / "results.json"));
    }

private:
    tool::TemporaryFolder folder_;
    tool::Ended made_;
};

std::size_t count(const json& tests, const std::string& status) {
    return static_cast<std::size_t>(std::count_if(
        tests.begin(), tests.end(), [&](const json& test) { return test.at("status") == status; }));
}

double sum(const json& tests, const char* key) {
    double sum = 0;
    for (const json& test : tests) sum += test.at(key).get<double>();
    return sum;
}

/// course.toml with a due date for lesson 02.
std::string course_with_due_date() {
    std::string text = tool::read_file(course().root / "lessons" / "course.toml");
    const std::string entry = "name = \"02_inverted_scaling\"\n";
    text.insert(text.find(entry) + entry.size(),
                "due = 2026-10-01T21:00:00Z\nlate_penalty = 0.5\n");
    return text;
}

}  // namespace

TEST_CASE("Gradescope's archive is the kit as the instructor sees it", "[bundle]") {
    const Kit kit;
    kit.write("lessons/course.toml", course_with_due_date());
    tool::write_file(kit.source(scaling()), right());
    kit.write("grades.csv", "ada,14\n");
    const fs::path zip = kit.root() / "gradescope.zip";
    tool::write_file(zip, "an older one");

    const tool::Ended ended = kit.lab({"bundle", "gradescope", "--out", zip.string(),
                                       "--debian-archive", "https://debian.example/debian"});

    INFO(ended.output);
    REQUIRE(ended.succeeded());
    auto files = unzip(zip);
    CHECK(files["debian_archive"].content == "https://debian.example/debian\n");
    CHECK(files["setup.sh"].program);
    CHECK(files["run_autograder"].program);
    CHECK(files["kit/lab"].program);
    CHECK(files["kit/lessons/course.toml"].content == course_with_due_date());
    CHECK_FALSE(files["kit/lessons/course.toml"].program);
    CHECK_THAT(files["kit/" + scaling().shown_source()].content, ContainsSubstring("NotWritten"));
    CHECK(files.contains("kit/solutions/02_inverted_scaling/inverted_scaling.cpp"));
    CHECK_FALSE(files.contains("kit/grades.csv"));
    CHECK_FALSE(files.contains("class_secret"));
    CHECK_THAT(ended.output, ContainsSubstring("not committed: lessons/course.toml"));
    CHECK_THAT(ended.output,
               ContainsSubstring("does not know (git add takes them in): grades.csv"));
    CHECK_THAT(ended.output, ContainsSubstring("136 points"));
}

TEST_CASE("Gradescope's run_autograder grades a right, a wrong, a late and an empty submission",
          "[bundle]") {
    const Kit kit;
    kit.write("lessons/course.toml", course_with_due_date());
    const Autograder autograder(kit);
    CHECK_THAT(autograder.made().output, ContainsSubstring("14 points"));

    autograder.submit({{"inverted_scaling.cpp", right()}});
    tool::Ended ended = autograder.run();
    INFO(ended.output);
    REQUIRE(ended.succeeded());
    json results = autograder.results();
    CHECK(results["score"] == 14);
    CHECK(results["tests"].size() == scaling().tests.size());
    CHECK(count(results["tests"], "passed") == scaling().tests.size());
    CHECK(sum(results["tests"], "max_score") == 14);

    autograder.submit({{scaling().shown_source(), wrong()}, {"README.md", "mine"}});
    ended = autograder.run();
    INFO(ended.output);
    REQUIRE(ended.succeeded());
    results = autograder.results();
    CHECK(results["score"] > 0);
    CHECK(results["score"] < 14);
    CHECK(count(results["tests"], "failed") > 0);
    CHECK(count(results["tests"], "passed") > 0);

    // 21:22 in UTC, late by minutes. The texts are a student's, and no time.
    autograder.submit({{"inverted_scaling.cpp", right()}},
                      R"({"users": [{"name": "\"created_at\": \"2026-01-01T00:00:00Z\""}],)"
                      R"( "created_at": "2026-10-01T14:22:32.365935-07:00",)"
                      R"( "assignment": {"due_date": "2027-01-01T00:00:00Z"}})");
    ended = autograder.run();
    INFO(ended.output);
    REQUIRE(ended.succeeded());
    CHECK(autograder.results()["score"] == 7);

    autograder.submit({});
    ended = autograder.run();
    INFO(ended.output);
    REQUIRE(ended.succeeded());
    results = autograder.results();
    CHECK(results["score"] == 0);
    CHECK(count(results["tests"], "failed") == results["tests"].size());
}

TEST_CASE("an autograder that fails leaves no score", "[bundle]") {
    const Kit kit;
    const Autograder autograder(kit);
    const auto fails = [&](const std::string& why) {
        tool::write_file(autograder.root() / "results" / "results.json", R"({"score": 14})");
        const tool::Ended ended = autograder.run();
        INFO(why << "\n" << ended.output);
        CHECK(ended.code != 0);
        const json results = autograder.results();
        CHECK_FALSE(results.contains("score"));
        CHECK_FALSE(results.contains("tests"));
        CHECK_THAT(results.at("output").get<std::string>(), ContainsSubstring("not a zero"));
    };

    autograder.submit({}, R"({"created_at": null})");
    fails("Gradescope names no time");
    autograder.submit({});
    make_program(autograder.root() / "source" / "kit" / "lab", "#!/bin/sh\nexit 2\n");
    fails("the kit is broken");
    fs::remove_all(autograder.root() / "submission");
    fails("there is no submission");
}

TEST_CASE("Gradescope grades with the class secret", "[bundle]") {
    const Kit kit;
    const fs::path secret = kit.root() / "secret";
    tool::write_file(secret, "short");
    const tool::Ended refused =
        kit.lab({"bundle", "gradescope", "--class-secret", secret.string()});
    CHECK(refused.code == 2);
    CHECK_THAT(refused.output, ContainsSubstring("can be guessed"));

    tool::write_file(secret, "a secret of this class\n");
    const Autograder autograder(kit, {"--lessons", "02", "--class-secret", secret.string()});
    make_program(autograder.root() / "source" / "kit" / "lab", "#!/bin/sh\necho \"$@\"\nexit 1\n");
    autograder.submit({});

    const tool::Ended ended = autograder.run();

    const fs::path copy = autograder.root() / "source" / "class_secret";
    CHECK_THAT(ended.output, ContainsSubstring("--class-secret " + copy.string()));
    CHECK(tool::read_file(copy) == "a secret of this class");
}

TEST_CASE("Gradescope's setup.sh builds the kit and hides it from other users", "[bundle]") {
    const Kit kit;
    const Autograder autograder(kit);
    const fs::path source = autograder.root() / "source";
    make_program(source / "kit" / "lab", "#!/bin/sh\necho \"$@\" >\"$(dirname \"$0\")/called\"\n");

    const tool::Ended ended = run_program({"/bin/sh", (source / "setup.sh").string()});

    INFO(ended.output);
    CHECK(ended.succeeded());
    CHECK(tool::read_file(source / "kit" / "called") == "--yes grade --help\n");
    CHECK(fs::status(source).permissions() == fs::perms::owner_all);
}

namespace {

/// What GitHub's runner gives to the workflow's script.
class Runner {
public:
    explicit Runner(const Kit& kit) {
        make_program(kit.root() / "lab", built_lab(kit.root() / "build"));
        REQUIRE(kit.git({"commit", "-q", "-a", "-m", "as it is published"}).succeeded());
        const fs::path zip = folder_.path() / "github-classroom.zip";
        const tool::Ended made = kit.lab({"bundle", "github-classroom", "--out", zip.string(),
                                          "--kit", kit.root().string(), "--lessons", "02"});
        INFO(made.output);
        REQUIRE(made.succeeded());
        unpack(zip, repository());
        // The student's own tools, which say what a student would like to hear.
        make_program(repository() / "lab", "#!/bin/sh\necho '{\"status\": \"pass\"}'\n");
        fs::create_directories(folder_.path() / "temp");
    }

    fs::path repository() const { return folder_.path() / "repository"; }

    tool::Ended run(const std::string& pushed_at = "1790868152") const {
        for (const fs::path& file : {output(), summary()}) tool::write_file(file, "");
        return run_program(
            {"/bin/sh", ".github/classroom/grade.sh"}, repository(),
            {"GITHUB_WORKSPACE=" + repository().string(),
             "RUNNER_TEMP=" + (folder_.path() / "temp").string(),
             "GITHUB_OUTPUT=" + output().string(), "GITHUB_STEP_SUMMARY=" + summary().string(),
             "CI=true", "PUSHED_AT=" + pushed_at});
    }

    /// The step's output "result", decoded.
    json result() const {
        const std::string line = tool::read_file(output());
        REQUIRE(line.rfind("result=", 0) == 0);
        const fs::path encoded = folder_.path() / "encoded";
        tool::write_file(encoded, line.substr(line.find('=') + 1));
        return json::parse(
            run_program({tool::require_program("base64"), "-d", encoded.string()}).output);
    }

    fs::path output() const { return folder_.path() / "output"; }
    fs::path summary() const { return folder_.path() / "summary"; }

private:
    tool::TemporaryFolder folder_;
};

}  // namespace

TEST_CASE("GitHub's workflow grades a right, a wrong and an empty repository", "[bundle]") {
    const Kit kit;
    const Runner runner(kit);
    const fs::path source = runner.repository() / scaling().shown_source();

    tool::write_file(source, right());
    tool::Ended ended = runner.run();
    INFO(ended.output);
    CHECK(ended.succeeded());
    json result = runner.result();
    CHECK(result["version"] == 1);
    CHECK(result["status"] == "pass");
    CHECK(result["max_score"] == 14);
    CHECK(result["tests"].size() == scaling().tests.size());
    CHECK(sum(result["tests"], "score") == 14);
    CHECK_THAT(tool::read_file(runner.summary()), ContainsSubstring(scaling().title));

    tool::write_file(source, wrong());
    ended = runner.run("2026-10-01T14:22:32Z");
    INFO(ended.output);
    CHECK(ended.code == 1);
    result = runner.result();
    CHECK(result["status"] == "fail");
    CHECK(sum(result["tests"], "score") > 0);
    CHECK(sum(result["tests"], "score") < 14);
    CHECK_THAT(tool::read_file(runner.summary()), ContainsSubstring("dropout_forward(x, mask, p)"));

    fs::remove(source);
    ended = runner.run();
    INFO(ended.output);
    CHECK(ended.code == 1);
    result = runner.result();
    CHECK(sum(result["tests"], "score") == 0);
    CHECK(count(result["tests"], "pass") == 0);
}

TEST_CASE("GitHub's workflow that fails reports nothing", "[bundle]") {
    const Kit kit;
    const Runner runner(kit);
    const auto fails = [&](const std::string& pushed_at) {
        const tool::Ended ended = runner.run(pushed_at);
        INFO(ended.output);
        CHECK(ended.code != 0);
        CHECK(tool::read_file(runner.output()).empty());
        CHECK(tool::read_file(runner.summary()).empty());
    };

    fails("");  // GitHub names no time
    fs::remove_all(kit.root() / ".git");
    fails("1790868152");  // the kit cannot be fetched
}

TEST_CASE("GitHub's workflow fetches the last commit from where others can", "[bundle]") {
    const Kit kit;
    const fs::path zip = kit.root() / "github-classroom.zip";
    const auto bundle = [&](const std::vector<std::string>& more = {}) {
        fs::remove(zip);
        std::vector<std::string> all{"bundle", "github-classroom", "--out", zip.string()};
        all.insert(all.end(), more.begin(), more.end());
        return kit.lab(all);
    };

    // An address for SSH becomes one for everybody; what is not committed takes no part.
    kit.git({"remote", "set-url", "origin", "git@github.example:group/kit.git"});
    kit.write("lessons/course.toml", course_with_due_date());
    const tool::Ended made = bundle();
    INFO(made.output);
    REQUIRE(made.succeeded());
    auto files = unzip(zip);
    CHECK(files.size() == 2);
    CHECK(files.contains(".github/workflows/classroom.yml"));
    const std::string script = files[".github/classroom/grade.sh"].content;
    CHECK_THAT(script, ContainsSubstring("address='https://github.example/group/kit.git'\n"));
    CHECK_THAT(script,
               ContainsSubstring("commit='" + kit.git({"rev-parse", "HEAD"}).output.substr(0, 40) +
                                 "'\n"));
    CHECK_THAT(script, ContainsSubstring("lessons=''\n"));
    CHECK_THAT(made.output, ContainsSubstring("not committed: lessons/course.toml"));
    CHECK(made.output.find("push it") == std::string::npos);

    kit.git({"commit", "-q", "-a", "-m", "not pushed"});
    CHECK_THAT(bundle().output, ContainsSubstring("push it before the students start"));

    // An address is no part of the script's text.
    const tool::Ended quote = bundle({"--kit", "https://example.org/'; rm -rf ~"});
    CHECK(quote.code == 2);
    CHECK_FALSE(fs::exists(zip));

    kit.git({"remote", "remove", "origin"});
    const tool::Ended nowhere = bundle();
    CHECK(nowhere.code == 2);
    CHECK_THAT(nowhere.output, ContainsSubstring("--kit https://"));
    CHECK_FALSE(fs::exists(zip));
}
