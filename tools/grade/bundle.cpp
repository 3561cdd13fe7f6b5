#include "bundle.h"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <sstream>
#include <utility>

#include "error.h"
#include "git.h"
#include "grader.h"
#include "process.h"
#include "programs.h"

namespace lab::grade {

using namespace tool;
namespace fs = std::filesystem;

namespace {

struct File {
    std::string name;  ///< within the archive
    std::string content;
    bool program = false;
};

/// A zip archive, in which every file has the same time, in seconds since 1970: a service may
/// unpack it on a machine whose clock is behind this one's, and ninja does not build from files of
/// the future.
std::string zipped(const std::vector<File>& files, std::int64_t time) {
    std::string bytes;
    const std::unique_ptr<archive, decltype(&archive_write_free)> zip(archive_write_new(),
                                                                      archive_write_free);
    const auto check = [&](int result) {
        if (result < ARCHIVE_WARN) {
            throw KitError(
                fmt::format("cannot make the archive: {}", archive_error_string(zip.get())));
        }
    };
    check(archive_write_set_format_zip(zip.get()));
    check(archive_write_open(
        zip.get(), &bytes, nullptr,
        [](archive*, void* to, const void* data, std::size_t size) -> la_ssize_t {
            static_cast<std::string*>(to)->append(static_cast<const char*>(data), size);
            return static_cast<la_ssize_t>(size);
        },
        nullptr));
    for (const File& file : files) {
        const std::unique_ptr<archive_entry, decltype(&archive_entry_free)> entry(
            archive_entry_new(), archive_entry_free);
        archive_entry_set_pathname(entry.get(), file.name.c_str());
        archive_entry_set_filetype(entry.get(), AE_IFREG);
        archive_entry_set_perm(entry.get(), file.program ? 0755 : 0644);
        archive_entry_set_size(entry.get(), static_cast<la_int64_t>(file.content.size()));
        archive_entry_set_mtime(entry.get(), time, 0);
        check(archive_write_header(zip.get(), entry.get()));
        if (archive_write_data(zip.get(), file.content.data(), file.content.size()) < 0) {
            check(ARCHIVE_FATAL);
        }
    }
    check(archive_write_close(zip.get()));
    return bytes;
}

std::string shown_list(const std::vector<std::string>& names) {
    const std::size_t shown = std::min<std::size_t>(names.size(), 8);
    std::string list = fmt::format("{}", fmt::join(names.begin(), names.begin() + shown, ", "));
    if (names.size() > shown) list += fmt::format(" and {} more", names.size() - shown);
    return list;
}

/// What git prints, cut at each `end`.
/// Errors: KitError with git's own words.
std::vector<std::string> lines_of_git(const Course& course,
                                      const std::vector<std::string>& arguments, char end) {
    const Ended ended = git(course, arguments);
    if (!ended.succeeded()) {
        throw KitError(fmt::format(
            "git {} fails in {}: {}. A bundle is made in a clone, where git knows what belongs to "
            "the kit",
            arguments.front(), course.root.string(),
            ended.output.substr(0, ended.output.find('\n'))));
    }
    std::vector<std::string> lines;
    std::istringstream output(ended.output);
    for (std::string line; std::getline(output, line, end);) lines.push_back(line);
    return lines;
}

std::string last_commit(const Course& course) {
    return lines_of_git(course, {"rev-parse", "HEAD"}, '\n').at(0);
}

std::int64_t time_of_last_commit(const Course& course) {
    return std::stoll(lines_of_git(course, {"log", "-1", "--format=%ct"}, '\n').at(0));
}

bool is_students_file(const Course& course, const std::string& name) {
    return std::any_of(course.lessons.begin(), course.lessons.end(),
                       [&](const Lesson& lesson) { return lesson.shown_source() == name; });
}

/// What was changed in the kit since the last commit, without the students' files.
std::vector<std::string> changed_files(const Course& course) {
    std::vector<std::string> names =
        lines_of_git(course, {"diff", "-z", "--name-only", "--relative", "HEAD", "--", "."}, '\0');
    std::erase_if(names, [&](const std::string& name) { return is_students_file(course, name); });
    return names;
}

/// The kit in the working tree, below `folder` in the archive.
std::vector<File> kit_files(const Course& course, const std::string& folder) {
    std::vector<File> files;
    for (const std::string& name : lines_of_git(course, {"ls-files", "-z"}, '\0')) {
        const fs::path path = course.root / name;
        if (!fs::is_regular_file(path)) continue;  // deleted, and not committed yet
        const bool program =
            (fs::status(path).permissions() & fs::perms::owner_exec) != fs::perms::none;
        std::string content;
        if (is_students_file(course, name)) {
            const Ended committed = git(course, {"show", "HEAD:./" + name});
            content = committed.succeeded() ? committed.output : read_file(path);
        } else {
            content = read_file(path);
        }
        files.push_back({folder + name, std::move(content), program});
    }
    return files;
}

/// A file of docs/, with each NAME that stands in it as @NAME@ replaced by its value.
File filled_in(const Course& course, const std::string& from, const std::string& to,
               const std::vector<std::pair<std::string, std::string>>& values) {
    std::string text = read_file(course.root / "docs" / from);
    for (const auto& [name, value] : values) {
        const std::string mark = "@" + name + "@";
        const std::size_t place = text.find(mark);
        if (place == std::string::npos) {
            throw KitError(fmt::format("docs/{} has no {} to fill in", from, mark));
        }
        text.replace(place, mark.size(), value);
    }
    return {to, text, true};
}

/// The lessons' full names, for a script: "01_bernoulli_mask 02_inverted_scaling", or nothing.
/// `points` is what they are worth together.
std::string chosen_lessons(const Course& course, const std::vector<std::string>& words,
                           double& points) {
    std::string names;
    points = 0;
    for (const std::string& word : words) {
        const Lesson& lesson = course.find(word);
        names += (names.empty() ? "" : " ") + lesson.name;
        points += lesson.points;
    }
    if (words.empty()) {
        for (const Lesson& lesson : course.lessons) points += lesson.points;
    }
    return names;
}

/// An address from which a workflow can fetch without a key: git@HOST:PATH is the same repository
/// as https://HOST/PATH.
std::string fetchable_address(const std::string& address) {
    const std::size_t colon = address.find(':');
    if (address.rfind("git@", 0) == 0 && colon != std::string::npos) {
        return "https://" + address.substr(4, colon - 4) + "/" + address.substr(colon + 1);
    }
    return address;
}

/// Where this machine has Debian's packages from; empty when it is no Debian.
std::string own_debian_archive() {
    const std::string apt = find_program("apt-get");
    if (apt.empty()) return "";
    Command command;
    command.arguments = {apt,       "indextargets",   "--format",
                         "$(SITE)", "Origin: Debian", "Created-By: Packages"};
    command.environment = inherited_environment();
    command.limits.wall_seconds = 20;
    command.limits.output_bytes = command.limits.output_kept = std::size_t{1} << 20;
    const Ended ended = run(command);
    return ended.succeeded() ? ended.output.substr(0, ended.output.find('\n')) : "";
}

}  // namespace

std::vector<std::string> bundle_gradescope(const Course& course, const GradescopeBundle& bundle) {
    double points = 0;
    const std::string lessons = chosen_lessons(course, bundle.lessons, points);
    std::vector<File> files{
        filled_in(course, "gradescope/run_autograder", "run_autograder",
                  {{"VERSION", kit_version(course)}, {"LESSONS", lessons}}),
        filled_in(course, "gradescope/setup.sh", "setup.sh", {}),
    };
    const std::string debian =
        bundle.debian_archive.empty() ? own_debian_archive() : bundle.debian_archive;
    if (!debian.empty()) files.push_back({"debian_archive", debian + "\n"});
    if (!bundle.secret.empty()) files.push_back({"class_secret", read_secret(bundle.secret)});
    for (File& file : kit_files(course, "kit/")) files.push_back(std::move(file));
    const std::string zip = zipped(files, time_of_last_commit(course));
    write_file(fs::absolute(bundle.out), zip);

    std::vector<std::string> notes{fmt::format("{}: {} files, {:.1f} MB.", bundle.out.string(),
                                               files.size(),
                                               static_cast<double>(zip.size()) / 1e6)};
    if (const auto changed = changed_files(course); !changed.empty()) {
        notes.push_back("With your changes that are not committed: " + shown_list(changed) + ".");
    }
    const auto unknown =
        lines_of_git(course, {"ls-files", "-z", "--others", "--exclude-standard"}, '\0');
    if (!unknown.empty()) {
        notes.push_back("Without these, which git does not know (git add takes them in): " +
                        shown_list(unknown) + ".");
    }
    if (debian.empty()) {
        notes.push_back(
            "It cannot be set up on Ubuntu 22.04, which needs packages of Debian 12: name an "
            "archive of "
            "Debian with --debian-archive ADDRESS.");
    }
    notes.push_back(fmt::format(
        "Upload it as docs/gradescope/README.md says. The assignment is worth {} points.", points));
    return notes;
}

std::vector<std::string> bundle_github_classroom(const Course& course, const GithubBundle& bundle) {
    std::string address = bundle.kit;
    if (address.empty()) {
        const Ended origin = git(course, {"remote", "get-url", "origin"});
        if (!origin.succeeded()) {
            throw KitError(
                "the clone has no remote \"origin\"; say where students' workflows find the kit: "
                "--kit https://…");
        }
        address = origin.output.substr(0, origin.output.find('\n'));
    }
    address = fetchable_address(address);
    if (address.find_first_of("'\n\r") != std::string::npos || address.front() == '-') {
        throw KitError(
            fmt::format("{} is no address of a repository; use --kit https://…", address));
    }
    const std::string commit = last_commit(course);
    double points = 0;
    const std::string lessons = chosen_lessons(course, bundle.lessons, points);
    std::vector<File> files{
        filled_in(course, "github-classroom/classroom.yml", ".github/workflows/classroom.yml", {}),
        filled_in(course, "github-classroom/grade.sh", ".github/classroom/grade.sh",
                  {{"ADDRESS", address}, {"COMMIT", commit}, {"LESSONS", lessons}}),
    };
    files.front().program = false;
    write_file(fs::absolute(bundle.out), zipped(files, time_of_last_commit(course)));

    std::vector<std::string> notes{fmt::format("{}: a workflow that grades with {} at {}.",
                                               bundle.out.string(), address, commit.substr(0, 12))};
    if (const auto changed = changed_files(course); !changed.empty()) {
        notes.push_back("Without your changes, because they are not committed: " +
                        shown_list(changed) + ". Commit, push, and make the bundle again.");
    }
    if (lines_of_git(course, {"branch", "--remotes", "--contains", commit}, '\n').empty()) {
        notes.push_back(fmt::format(
            "No remote branch that this clone knows has {}: push it before the students start.",
            commit.substr(0, 12)));
    }
    notes.push_back(
        "Unpack it at the root of the students' repository, as "
        "docs/github-classroom/README.md says.");
    return notes;
}

}  // namespace lab::grade
