// What is taken of what students hand in, and what is said of the rest.
#include "submissions.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <cstdint>
#include <fstream>
#include <memory>
#include <set>

#include "archives.h"
#include "error.h"
#include "scratch.h"
#include "text.h"

using namespace lab;
using namespace lab::grade;
using namespace lab::kit;

namespace {

const std::string stub = "// TODO(01)\nthrow NotWritten{\"bernoulli_mask\"};\n";
const std::string own_folder = "lessons/01_bernoulli_mask/bernoulli_mask.cpp";
const std::int64_t monday = Member{}.time, tuesday = monday + 86'400;

enum class Shape { folder, zip, tar_gz };

void set_time(const fs::path& path, std::int64_t time) {
    const timespec when{time, 0};
    const std::array<timespec, 2> times{when, when};
    REQUIRE(utimensat(AT_FDCWD, path.c_str(), times.data(), AT_SYMLINK_NOFOLLOW) == 0);
}

/// One student's entry in a folder of submissions.
class Handed {
public:
    explicit Handed(const std::vector<Member>& members, Shape shape = Shape::folder,
                    const std::string& student = "Anna") {
        if (shape == Shape::zip) {
            entry_ = {folder_.path() / (student + ".zip"), student};
            pack(entry_.path, members);
        } else if (shape == Shape::tar_gz) {
            entry_ = {folder_.path() / (student + ".tar.gz"), student};
            pack(entry_.path, members);
        } else {
            entry_ = {folder_.path() / student, student};
            fs::create_directories(entry_.path);
            for (const Member& member : members) {
                const fs::path path = entry_.path / member.path;
                fs::create_directories(path.parent_path());
                if (member.type == AE_IFLNK) {
                    fs::create_symlink(member.link, path);
                } else {
                    write(path, member.content);
                }
                set_time(path, member.time);
            }
        }
    }

    const fs::path& path() const { return entry_.path; }
    Submission read(const IntakeLimits& limits = {}) const {
        return read_submission(entry_, kit::course(), limits);
    }

private:
    tool::TemporaryFolder folder_;
    Entry entry_;
};

std::string joined(const std::vector<std::string>& lines) {
    std::string all;
    for (const std::string& line : lines) all += line + "\n";
    return all;
}

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

/// Where the only file that was taken stood, when it is 01's, as written; or what else there is.
std::string taken_from(const Submission& submission) {
    if (submission.unreadable) return "unreadable: " + *submission.unreadable;
    if (submission.files.size() != 1) return fmt::format("{} files", submission.files.size());
    const SubmittedFile& file = submission.files.front();
    if (file.lesson != "01_bernoulli_mask") return file.lesson;
    if (file.content != written) return "another text: " + file.content;
    return file.found_at;
}

/// What list_entries says when it refuses.
std::string complaint(const fs::path& folder) {
    std::vector<std::string> notes;
    try {
        list_entries(folder, notes);
        return "";
    } catch (const tool::KitError& error) { return error.what(); }
}

/// Text that does not pack.
std::string noise(std::size_t size) {
    std::string text(size, ' ');
    std::uint32_t state = 1;
    for (char& c : text) c = static_cast<char>((state = state * 1664525 + 1013904223) >> 24);
    return text;
}

struct Effort {
    double seconds = 0;  ///< of the processor: the tests may not be alone
    long kilobytes = 0;  ///< by which the largest size of this process grew
};

template <typename Work>
Effort effort(const Work& work) {
    rusage before{}, after{};
    getrusage(RUSAGE_SELF, &before);
    work();
    getrusage(RUSAGE_SELF, &after);
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
    };
    return {seconds(after.ru_utime) + seconds(after.ru_stime) - seconds(before.ru_utime) -
                seconds(before.ru_stime),
            after.ru_maxrss - before.ru_maxrss};
}

}  // namespace

// --- Names
// -----------------------------------------------------------------------------------------

TEST_CASE("a name is shown as it is when it is plain, in whatever script", "[submissions]") {
    const std::string name = GENERATE("Anna Lee", "-rf", "O'Brien \"Bob\" $(x) `y` ; & | <b>",
                                      "李小龙", "Łukasz Ñandú", "محمد", "🙂", "");
    CHECK(shown_name(name) == name);
}

TEST_CASE("what could fool the reader of a name is shown as bytes", "[submissions]") {
    CHECK(shown_name("a\nb\tc") == "a\\x0Ab\\x09c");
    CHECK(shown_name("\x1B[31mred") == "\\x1B[31mred");
    CHECK(shown_name("a\\b") == "a\\x5Cb");
    CHECK(shown_name("\xFF\xFE") == "\\xFF\\xFE");
    CHECK(shown_name("caf\xE9") == "caf\\xE9");
    CHECK(shown_name("\xE6\x9D") == "\\xE6\\x9D");
    CHECK(shown_name("\xC0\xAF") == "\\xC0\\xAF");
    CHECK(shown_name("\xED\xA0\x80") == "\\xED\\xA0\\x80");
    CHECK(shown_name("\u009B31m") == "\\xC2\\x9B31m");
    CHECK(shown_name("Anna\u202Egpj.exe") == "Anna\\xE2\\x80\\xAEgpj.exe");
    CHECK(shown_name("\u2066x\u2069") == "\\xE2\\x81\\xA6x\\xE2\\x81\\xA9");
    CHECK(shown_name("a\u200Bb") == "a\\xE2\\x80\\x8Bb");
    CHECK(shown_name("a\u2028b\uFEFF") == "a\\xE2\\x80\\xA8b\\xEF\\xBB\\xBF");
    CHECK(shown_name(std::string("a\0b", 3)) == "a\\x00b");
}

TEST_CASE("different names are shown differently, on one line of UTF-8", "[submissions]") {
    // All names of up to three of these pieces, which are chosen to collide if they can.
    const std::vector<std::string> pieces{"",     "a",    "\\",       "\\x5C",    "x5C",   "\xC3",
                                          "\xA9", "\xE2", "\x80\xAE", "\xF0\x9F", "\\xC3", "\n"};
    std::set<std::string> names, shown;
    for (const std::string& a : pieces) {
        for (const std::string& b : pieces) {
            for (const std::string& c : pieces) names.insert(a + b + c);
        }
    }
    for (const std::string& name : names) {
        const std::string text = shown_name(name);
        shown.insert(text);
        CHECK(!tool::first_line_not_utf8(text));
        CHECK(text.find('\n') == std::string::npos);
    }
    CHECK(shown.size() == names.size());
}

TEST_CASE("a hash is SHA-256", "[submissions]") {
    CHECK(sha256("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(sha256("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

// --- The folder of submissions
// ------------------------------------------------------------------------

TEST_CASE("folders and archives are listed by student, the rest is named", "[submissions]") {
    const tool::TemporaryFolder folder;
    for (const char* name : {"Zoe", "Full Name_12345_assignsubmission_file_", ".git", "__MACOSX"}) {
        fs::create_directory(folder.path() / name);
    }
    for (const char* name :
         {"bob.zip", "Carl.TGZ", "dora.tar.gz", "eve.7z", "grades.csv", ".zip", ".x.zip"}) {
        write(folder.path() / name, "");
    }
    fs::create_symlink("/etc", folder.path() / "link");

    std::vector<std::string> notes;
    std::vector<std::string> students;
    for (const Entry& entry : list_entries(folder.path(), notes)) {
        students.push_back(entry.student);
        CHECK(fs::exists(entry.path));
    }

    CHECK(students == std::vector<std::string>{"Carl", "Full Name_12345_assignsubmission_file_",
                                               "Zoe", "bob", "dora"});
    CHECK(notes == std::vector<std::string>{
                       ".git is skipped: it is hidden", ".x.zip is skipped: it is hidden",
                       ".zip is skipped: it is hidden",
                       "__MACOSX is skipped: macOS makes it when it packs",
                       "eve.7z is skipped: it is no folder, .zip, .tar.gz or .tgz",
                       "grades.csv is skipped: it is no folder, .zip, .tar.gz or .tgz",
                       "link is skipped: it is a link, and links are not followed"});
}

TEST_CASE("a student's second entry is listed under its whole name", "[submissions]") {
    const tool::TemporaryFolder folder;
    fs::create_directory(folder.path() / "anna");
    for (const char* name : {"anna.zip", "anna.tar.gz", "anna.zip.zip", "bob.tgz", "bob.zip"}) {
        write(folder.path() / name, "");
    }

    std::vector<std::string> notes;
    std::vector<std::string> students, files;
    for (const Entry& entry : list_entries(folder.path(), notes)) {
        students.push_back(entry.student);
        files.push_back(entry.path.filename().string());
    }

    CHECK(students == std::vector<std::string>{"anna", "anna.tar.gz", "anna.zip", "anna.zip.zip",
                                               "bob", "bob.zip"});
    CHECK(files == std::vector<std::string>{"anna", "anna.tar.gz", "anna.zip", "anna.zip.zip",
                                            "bob.tgz", "bob.zip"});
    CHECK(notes.size() == 4);
    CHECK(contains(joined(notes), "bob has two entries: bob.zip is graded"));
}

TEST_CASE("a name of any bytes is an entry", "[submissions]") {
    const tool::TemporaryFolder folder;
    const std::vector<std::string> names{"-rf",      "a b",       "a\nb",
                                         "quote\"'", "\x1B[2J",   "caf\xE9",
                                         "李小龙",   "$(reboot)", std::string(255, 'x')};
    for (const std::string& name : names) write(folder.path() / name / "l2.cpp", name);

    std::vector<std::string> notes;
    const std::vector<Entry> entries = list_entries(folder.path(), notes);

    REQUIRE(entries.size() == names.size());
    CHECK(notes.empty());
    for (const Entry& entry : entries) {
        const Submission submission = read_submission(entry, kit::course());
        REQUIRE(submission.files.size() == 1);
        CHECK(shown_name(submission.files.front().content) == submission.student);
        CHECK(submission.student == entry.student);
    }
}

TEST_CASE("a place that holds no submissions is refused with what to do", "[submissions]") {
    const tool::TemporaryFolder folder;
    CHECK(contains(complaint(folder.path()), "holds no submission"));
    CHECK(contains(complaint(folder.path() / "none"), "none is no folder"));
    write(folder.path() / "class.zip", "");
    CHECK(contains(complaint(folder.path() / "class.zip"), "is one archive. Unpack it first"));
    CHECK(contains(complaint(kit::course().root), "is a clone of the kit"));
    CHECK(contains(complaint(kit::course().root / "lessons"), "is a clone of the kit"));
    write(folder.path() / "bare" / "l2.cpp", "");
    CHECK(contains(complaint(folder.path() / "bare"), "as if it were one student's submission"));
}

// --- What is taken
// ---------------------------------------------------------------------------------

TEST_CASE("a lesson's file is found in every shape that students hand in", "[submissions]") {
    const Shape shape = GENERATE(Shape::folder, Shape::zip, Shape::tar_gz);
    const std::string path =
        GENERATE(as<std::string>(), "bernoulli_mask.cpp", own_folder,
                 "dropout-lab-main/" + own_folder, "hand in/Anna's work/deep/bernoulli_mask.cpp",
                 "01_bernoulli_mask/bernoulli_mask.cpp", "李/-rf/\"$(x)\"/bernoulli_mask.cpp");
    const Submission submission = Handed({{path}}, shape).read();

    CHECK(taken_from(submission) == path);
    CHECK(submission.notes.empty());
    REQUIRE(submission.files.size() == 1);
    CHECK(submission.files.front().time == monday);
    CHECK(submission.student == "Anna");
}

TEST_CASE("names within may hold any bytes", "[submissions]") {
    const Shape shape = GENERATE(Shape::folder, Shape::zip, Shape::tar_gz);
    const std::string folder = GENERATE(as<std::string>(), "caf\xE9", "a\nb", "\x1B[31m",
                                        std::string(255, 'x'), "\xFF\xFE\x80");
    const Submission submission = Handed({{folder + "/bernoulli_mask.cpp"}}, shape).read();
    CHECK(taken_from(submission) == shown_name(folder) + "/bernoulli_mask.cpp");
}

TEST_CASE("names that a zip marks as UTF-8 are read as such, whatever the locale",
          "[submissions]") {
    const Handed handed({{"李小龙/bernoulli_mask.cpp"}}, Shape::zip);
    std::string bytes = tool::read_file(handed.path());
    // The mark is the same bit of the file's header and of the table's.
    for (const auto& [start, offset] : {std::pair{"PK\3\4", 7}, std::pair{"PK\1\2", 9}}) {
        const std::size_t at = bytes.find(start);
        REQUIRE(at != std::string::npos);
        char& flags = bytes[at + static_cast<std::size_t>(offset)];
        flags = static_cast<char>(flags | 0x08);
    }
    write(handed.path(), bytes);
    CHECK(taken_from(handed.read()) == "李小龙/bernoulli_mask.cpp");
}

TEST_CASE("an archive in a student's folder is opened, as an LMS hands it out", "[submissions]") {
    const Handed handed({}, Shape::folder, "Anna Lee_12345_assignsubmission_file_");
    pack(handed.path() / "my work.zip", {{"kit-main/" + own_folder}});
    CHECK(taken_from(handed.read()) == "my work.zip/kit-main/" + own_folder);
}

TEST_CASE("files come in the course's order, and all else is listed", "[submissions]") {
    const Shape shape = GENERATE(Shape::folder, Shape::zip, Shape::tar_gz);
    const Submission submission = Handed({{"l2.cpp"},
                                          {"dropout_backward.cpp"},
                                          {"bernoulli_mask.cpp"},
                                          {"main.cpp"},
                                          {"notes/thoughts.md"},
                                          {"inner.zip"}},
                                         shape)
                                      .read();
    std::vector<std::string> lessons;
    for (const SubmittedFile& file : submission.files) lessons.push_back(file.lesson);
    CHECK(lessons == std::vector<std::string>{"01_bernoulli_mask", "03_backward", "06_l2"});
    CHECK(contains(joined(submission.notes), "ignored: main.cpp\nignored: notes/thoughts.md\n"));
    CHECK(contains(joined(submission.notes), "inner.zip"));
}

TEST_CASE("many ignored files are counted, not listed", "[submissions]") {
    std::vector<Member> members{{own_folder}};
    for (int i = 0; i < 332; ++i) members.push_back({fmt::format("plots/figure_{:03}.png", i)});
    const Submission submission =
        Handed(members, GENERATE(Shape::folder, Shape::zip, Shape::tar_gz)).read();
    CHECK(taken_from(submission) == own_folder);
    REQUIRE(submission.notes.size() == 21);
    CHECK(submission.notes.front() == "ignored: plots/figure_000.png");
    CHECK(submission.notes.back() == "and 312 more");
}

TEST_CASE("a whole clone of the kit is noted in a few lines, and what was added by name",
          "[submissions]") {
    std::vector<Member> members;
    for (const auto& entry : fs::recursive_directory_iterator(kit::course().root / "lessons")) {
        if (!entry.is_regular_file()) continue;
        members.push_back({entry.path().lexically_relative(kit::course().root).string()});
    }
    for (const std::string path :
         {"README.md", "build/judge", "build/tests/x.o", ".git/HEAD", ".git/objects/a/b",
          "solutions/01_bernoulli_mask/bernoulli_mask.cpp", "lessons/01_bernoulli_mask/extra.h"}) {
        members.push_back({path});
    }
    const bool wrapped = GENERATE(false, true);
    const std::string wrap = wrapped ? "dropout-lab-main/" : "";
    for (Member& member : members) member.path = wrap + member.path;
    const Submission submission =
        Handed(members, GENERATE(Shape::folder, Shape::zip, Shape::tar_gz)).read();

    CHECK(submission.files.size() == kit::course().lessons.size());
    std::vector<std::string> notes = submission.notes;
    REQUIRE(notes.size() == 5);
    CHECK(notes[0] == "ignored: " + wrap + "lessons/01_bernoulli_mask/extra.h");
    CHECK(notes[1] == fmt::format("ignored: {} files that the kit has too, such as {}README.md",
                                  members.size() - kit::course().lessons.size() - 6, wrap));
    std::sort(notes.begin() + 2, notes.end());
    CHECK(notes[2] ==
          "ignored: " + wrap + ".git/, since nothing is taken from a folder of this name");
    CHECK(contains(notes[3], "ignored: " + wrap + "build/"));
    CHECK(contains(notes[4], "ignored: " + wrap + "solutions/"));
}

TEST_CASE("nothing is taken from folders that hold no student's work", "[submissions]") {
    const Shape shape = GENERATE(Shape::folder, Shape::zip, Shape::tar_gz);
    const std::string path =
        GENERATE("build/bernoulli_mask.cpp", ".git/bernoulli_mask.cpp",
                 ".lab/graded/01_bernoulli_mask/bernoulli_mask.cpp",
                 "kit/solutions/01_bernoulli_mask/bernoulli_mask.cpp", "tests/x/bernoulli_mask.cpp",
                 "a/node_modules/bernoulli_mask.cpp", "__MACOSX/bernoulli_mask.cpp",
                 "._bernoulli_mask.cpp", "._leeanna_4711_180815_bernoulli_mask.cpp");
    const Submission submission = Handed({{path}}, shape).read();
    CHECK(submission.files.empty());
    CHECK(submission.notes.size() == 1);
}

TEST_CASE("a name that a browser, an LMS or a file manager changed is found and noted",
          "[submissions]") {
    const Shape shape = GENERATE(Shape::folder, Shape::zip);
    const std::string name = GENERATE(
        "bernoulli_mask (1).cpp", "bernoulli_mask(2).cpp", "Bernoulli_Mask.cpp",
        "bernoulli_mask.CPP", "bernoulli_mask - Copy.cpp", "bernoulli_mask - Copy (2).cpp",
        "bernoulli_mask copy 2.cpp", "Copy of bernoulli_mask.cpp", "bernoulli_mask-1.cpp",
        "bernoulli_mask_2.cpp", "bernoulli_mask.cpp.txt", "leeanna_4711_180815_bernoulli_mask.cpp",
        "leeanna_LATE_4711_180815_bernoulli_mask-1.cpp");
    const Submission submission = Handed({{"a/" + name}}, shape).read();
    CHECK(taken_from(submission) == "a/" + name);
    CHECK(submission.notes == std::vector<std::string>{"01_bernoulli_mask: a/" + name +
                                                       " is taken for bernoulli_mask.cpp"});
}

TEST_CASE("another name is not taken for a lesson's", "[submissions]") {
    const std::string name =
        GENERATE("bernoulli_mask.h", "bernoulli_mask.cpp.bak", "bernoulli_mask.cpp~",
                 "my_bernoulli_mask.cpp", "bernoulli_mask_old.cpp", "bernoulli_mask1.cpp",
                 "bernoulli_mask (x).cpp", "bernoulli_mask (1.cpp", "l21.cpp", "test_l2.cpp",
                 "4711_l2.cpp", "bernoulli mask.cpp", ".cpp", "bernoulli_mask.cpp.txt.cpp");
    const Submission submission = Handed({{name}}).read();
    CHECK(submission.files.empty());
    CHECK(submission.notes == std::vector<std::string>{"ignored: " + shown_name(name)});
}

TEST_CASE("of two candidates one is chosen for a reason that is told", "[submissions]") {
    const std::string other = "// another text\n";
    struct Choice {
        Member taken, other;
        std::string reason;
    };
    const Choice choice = GENERATE_COPY(
        Choice{{"bernoulli_mask.cpp"}, {own_folder, stub, tuesday}, "in which nothing is written"},
        Choice{{"bernoulli_mask (1).cpp"}, {own_folder, stub}, "in which nothing is written"},
        Choice{{"x/bernoulli_mask.cpp"}, {own_folder, " \n"}, "in which nothing is written"},
        Choice{{"x/bernoulli_mask.cpp"}, {"bernoulli_mask (1).cpp", other, tuesday}, "whose name"},
        Choice{{own_folder}, {"bernoulli_mask.cpp", other, tuesday}, "not in the lesson's folder"},
        Choice{{"x/y/bernoulli_mask.cpp", written, tuesday},
               {"a/bernoulli_mask.cpp", other},
               "which is older"},
        Choice{{"x/bernoulli_mask.cpp"}, {"a/b/bernoulli_mask.cpp", other}, "which lies deeper"},
        Choice{{"a/bernoulli_mask.cpp"}, {"b/bernoulli_mask.cpp", other}, "later in the alphabet"},
        Choice{{own_folder}, {"bernoulli_mask.cpp"}, "which holds the same text"});
    const Shape shape = GENERATE(Shape::folder, Shape::zip, Shape::tar_gz);
    const bool taken_first = GENERATE(true, false);
    INFO(choice.reason);

    const auto members = taken_first ? std::vector<Member>{choice.taken, choice.other}
                                     : std::vector<Member>{choice.other, choice.taken};
    const Submission submission = Handed(members, shape).read();

    CHECK(taken_from(submission) == choice.taken.path);
    const std::string line = fmt::format("01_bernoulli_mask: {} is taken, not {}, ",
                                         choice.taken.path, choice.other.path);
    CHECK(contains(joined(submission.notes), line));
    CHECK(contains(joined(submission.notes), choice.reason));
}

TEST_CASE("of two files with one name in an archive, the later one is taken", "[submissions]") {
    const Submission submission =
        Handed({{own_folder, "// first\n"}, {own_folder}}, GENERATE(Shape::zip, Shape::tar_gz))
            .read();
    CHECK(taken_from(submission) == own_folder);
    CHECK(contains(joined(submission.notes), "which comes before it in the archive"));
}

TEST_CASE("an entry with nothing in it is noted", "[submissions]") {
    const Submission submission =
        Handed({}, GENERATE(Shape::folder, Shape::zip, Shape::tar_gz)).read();
    CHECK(submission.files.empty());
    CHECK(!submission.unreadable);
    CHECK(submission.notes.size() == 1);
}

TEST_CASE("a stub is taken when there is nothing else", "[submissions]") {
    const Submission submission = Handed({{own_folder, stub}}).read();
    REQUIRE(submission.files.size() == 1);
    CHECK(submission.files.front().content == stub);
}

TEST_CASE("the folder decides where two lessons have a file of one name", "[submissions]") {
    tool::Course course = kit::course();
    course.lessons[1].source = course.lessons[1].folder / "bernoulli_mask.cpp";
    const Handed handed({{own_folder, "// one\n"},
                         {"lessons/02_inverted_scaling/bernoulli_mask.cpp", "// two\n"},
                         {"bernoulli_mask.cpp"}});
    const Submission submission = read_submission({handed.path(), "Anna"}, course);
    REQUIRE(submission.files.size() == 2);
    CHECK(submission.files[0].content == "// one\n");
    CHECK(submission.files[1].content == "// two\n");
    CHECK(submission.notes == std::vector<std::string>{"ignored: bernoulli_mask.cpp"});
}

TEST_CASE("candidates without end are not kept in memory", "[submissions]") {
    const std::string content = noise(1 << 20);
    std::vector<Member> members;
    for (int i = 0; i < 32; ++i) {
        members.push_back({fmt::format("{:03}/bernoulli_mask.cpp", i), content});
    }
    const Handed handed(members, Shape::zip);
    members.clear();
    Submission submission;
    const Effort cost = effort([&] { submission = handed.read(); });
    REQUIRE(submission.files.size() == 1);
    CHECK(submission.files.front().found_at == "000/bernoulli_mask.cpp");
    CHECK(submission.notes.size() == 6);
    CHECK(submission.notes.back() == "01_bernoulli_mask: nor 26 others");
    CHECK(cost.kilobytes < 16 << 10);
}

TEST_CASE("the order in which a folder was filled changes nothing", "[submissions]") {
    std::vector<Member> members{{"b/bernoulli_mask.cpp"}, {"a/bernoulli_mask.cpp"}, {"l2.cpp"}};
    for (int i = 0; i < 60; ++i) members.push_back({fmt::format("{}/x.txt", i * 7919 % 60)});
    const Submission one = Handed(members).read();
    std::reverse(members.begin(), members.end());
    const Submission other = Handed(members).read();
    CHECK(one.notes == other.notes);
    REQUIRE(one.files.size() == 2);
    CHECK(one.files.front().found_at == "a/bernoulli_mask.cpp");
    CHECK(other.files.front().found_at == "a/bernoulli_mask.cpp");
}

// --- What is refused
// -------------------------------------------------------------------------------

TEST_CASE("a path that leads out of the archive is refused", "[submissions]") {
    const std::string path =
        GENERATE("../bernoulli_mask.cpp", "a/../../bernoulli_mask.cpp", "/tmp/bernoulli_mask.cpp",
                 "..\\bernoulli_mask.cpp", "C:\\x\\bernoulli_mask.cpp", "a/..");
    const Submission submission =
        Handed({{path}, {"l2.cpp"}}, GENERATE(Shape::zip, Shape::tar_gz)).read();
    CHECK(submission.files.size() == 1);
    CHECK(submission.files.front().lesson == "06_l2");
    CHECK(contains(joined(submission.notes), "it leads out of the archive"));
}

TEST_CASE("backslashes part an archive's names, too", "[submissions]") {
    const Submission submission =
        Handed({{"lessons\\01_bernoulli_mask\\bernoulli_mask.cpp"}}, Shape::zip).read();
    CHECK(taken_from(submission) == own_folder);
}

TEST_CASE("no link is followed, no pipe and no device opened", "[submissions]") {
    const Submission archived = Handed({{"x/bernoulli_mask.cpp"},
                                        {.path = "l2.cpp", .type = AE_IFLNK, .link = "/etc/passwd"},
                                        {.path = "digits.cpp", .link = "x/bernoulli_mask.cpp"},
                                        {.path = "article.cpp", .type = AE_IFCHR},
                                        {.path = "placement.cpp", .type = AE_IFIFO}},
                                       Shape::tar_gz)
                                    .read();
    CHECK(taken_from(archived) == "x/bernoulli_mask.cpp");
    CHECK(contains(joined(archived.notes), "not taken: l2.cpp: it is a link"));
    CHECK(contains(joined(archived.notes), "not taken: digits.cpp: it is a link"));
    CHECK(contains(joined(archived.notes), "not taken: article.cpp: it is a pipe, a socket or a "));
    CHECK(contains(joined(archived.notes), "not taken: placement.cpp: it is a pipe"));

    const Submission zipped =
        Handed({{.path = "l2.cpp", .type = AE_IFLNK, .link = "/etc/passwd"}}, Shape::zip).read();
    CHECK(zipped.files.empty());
    CHECK(zipped.notes ==
          std::vector<std::string>{"not taken: l2.cpp: it is a link, and links are not followed"});

    const Handed folder({{.path = "l2.cpp", .type = AE_IFLNK, .link = "/etc/passwd"},
                         {.path = "up", .type = AE_IFLNK, .link = ".."},
                         {.path = "away", .type = AE_IFLNK, .link = kit::course().root.string()}});
    REQUIRE(mkfifo((folder.path() / "digits.cpp").c_str(), 0600) == 0);
    const Submission read = folder.read();
    CHECK(read.files.empty());
    CHECK(read.notes ==
          std::vector<std::string>{"not taken: away: it is a link, and links are not followed",
                                   "not taken: digits.cpp: it is a pipe, a socket or a device",
                                   "not taken: l2.cpp: it is a link, and links are not followed",
                                   "not taken: up: it is a link, and links are not followed"});
}

TEST_CASE("an entry that is a link or a pipe is not followed", "[submissions]") {
    const Handed handed({{own_folder}});
    const fs::path link = handed.path() / "link", pipe = handed.path() / "pipe";
    fs::create_symlink(handed.path(), link);
    REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
    for (const fs::path& path : {link, pipe, handed.path() / "gone"}) {
        const Submission submission = read_submission({path, "Anna"}, kit::course());
        CHECK(submission.files.empty());
        CHECK(submission.unreadable);
    }
}

TEST_CASE("a file that is too large is not taken, and another is", "[submissions]") {
    const Shape shape = GENERATE(Shape::folder, Shape::zip, Shape::tar_gz);
    const Submission submission =
        Handed({{own_folder, noise((1 << 20) + 1)}, {"l2.cpp", noise(1 << 20)}}, shape).read();
    REQUIRE(submission.files.size() == 1);
    CHECK(submission.files.front().content.size() == 1 << 20);
    CHECK(submission.notes ==
          std::vector<std::string>{"not taken: " + own_folder + ": it has more than 1024 KiB"});
}

TEST_CASE("reading ends at the limits, and what was found until then counts", "[submissions]") {
    const Shape shape = GENERATE(Shape::folder, Shape::zip, Shape::tar_gz);
    std::vector<Member> members{{"bernoulli_mask.cpp"}};
    for (int i = 0; i < 50; ++i) members.push_back({fmt::format("x{}", i)});
    members.push_back({"z/l2.cpp"});
    const Handed handed(members, shape);
    CHECK(handed.read().files.size() == 2);
    const Submission submission = handed.read({.files = 20});
    CHECK(taken_from(submission) == "bernoulli_mask.cpp");
    CHECK(contains(joined(submission.notes), "only the first 20 files and folders are looked at"));
}

TEST_CASE("folders without end are not looked into", "[submissions]") {
    std::string path;
    for (int i = 0; i < 300; ++i) path += "a/";
    const Submission submission = Handed({{path + "bernoulli_mask.cpp"}, {"l2.cpp"}}).read();
    CHECK(submission.files.size() == 1);
    CHECK(contains(joined(submission.notes), "it lies more than 64 folders deep"));
}

TEST_CASE("a bomb of a gibibyte in a tar.gz costs neither memory nor time", "[submissions]") {
    const std::string name = GENERATE("bernoulli_mask.cpp", "zeros.bin");
    const Handed handed({});
    const fs::path bomb = handed.path().parent_path() / "bomb.tar.gz";
    // Gzip's streams may follow each other: the tar's header, then the same 64 MiB sixteen times.
    const auto packed = [&](const std::string& bytes, int times) {
        const fs::path part = handed.path().parent_path() / "part";
        {
            const Writer writer = open_writer(part, [](archive* to) {
                archive_write_set_format_raw(to);
                archive_write_add_filter_gzip(to);
            });
            write_header(writer.get(), {"part"}, 0);
            archive_write_data(writer.get(), bytes.data(), bytes.size());
        }
        std::ofstream to(bomb, std::ios::binary | std::ios::app);
        for (int i = 0; i < times; ++i) to << tool::read_file(part);
    };
    const fs::path tar = handed.path().parent_path() / "header";
    {
        const Writer writer = open_writer(tar, [](archive* to) {
            archive_write_set_format_ustar(to);
            archive_write_set_bytes_per_block(to, 0);
        });
        write_header(writer.get(), {name}, std::size_t{1} << 30);
        archive_write_fail(writer.get());
    }
    packed(tool::read_file(tar).substr(0, 512), 1);
    packed(std::string(64 << 20, '\0'), 16);

    Submission submission;
    const Effort cost = effort([&] {
        submission = read_submission({bomb, "bomb"}, kit::course());
    });

    INFO(joined(submission.notes));
    CHECK(submission.files.empty());
    CHECK(!submission.unreadable);
    CHECK(contains(joined(submission.notes), "only a part is looked at"));
    CHECK(cost.seconds < 1);
    CHECK(cost.kilobytes < 16 << 10);
}

TEST_CASE("a bomb in a zip costs neither memory nor time", "[submissions]") {
    const Handed handed({});
    const fs::path bomb = handed.path().parent_path() / "bomb.zip";
    {
        const Writer writer = open_writer(bomb, [](archive* to) {
            archive_write_set_format_zip(to);
            archive_write_set_options(to, "zip:compression-level=1");
        });
        const std::string zeros(1 << 20, '\0');
        for (const char* name : {"zeros.bin", "bernoulli_mask.cpp"}) {
            write_header(writer.get(), {name}, std::size_t{128} << 20);
            for (int i = 0; i < 128; ++i) {
                archive_write_data(writer.get(), zeros.data(), zeros.size());
            }
        }
        write_header(writer.get(), {"l2.cpp"}, 0);
    }
    const bool cut = GENERATE(false, true);
    if (cut) fs::resize_file(bomb, fs::file_size(bomb) - 100);

    Submission submission;
    const Effort cost = effort([&] {
        submission = read_submission({bomb, "bomb"}, kit::course());
    });

    INFO(joined(submission.notes));
    CHECK(submission.files.size() == (cut ? 0 : 1));
    CHECK(contains(joined(submission.notes), "only a part is looked at") == cut);
    CHECK(contains(joined(submission.notes), "bernoulli_mask.cpp: it has more than 1024 KiB"));
    CHECK(cost.seconds < 1);
    CHECK(cost.kilobytes < 16 << 10);
}

TEST_CASE("a zip's table of a million files costs neither memory nor time", "[submissions]") {
    const Handed handed({});
    const fs::path bomb = handed.path().parent_path() / "bomb.zip";
    // By the format: the table's entries (46 bytes and a name), then where the table is.
    std::string entry("PK\1\2", 4), end("PK\5\6", 4);
    entry.resize(47, '\0');
    entry[28] = 1;  // the length of the name
    entry[46] = 'a';
    end.resize(22, '\0');
    end[8] = end[10] = end[9] = end[11] = '\xFF';
    std::string table;
    for (int i = 0; i < 1'000'000; ++i) table += entry;
    for (std::size_t byte = 0; byte < 4; ++byte) {
        end[12 + byte] = static_cast<char>(table.size() >> (8 * byte));
    }
    write(bomb, table + end);

    Submission submission;
    const Effort cost = effort([&] {
        submission = read_submission({bomb, "bomb"}, kit::course());
    });

    CHECK(submission.files.empty());
    CHECK(contains(joined(submission.notes), "only the first 20000 files"));
    CHECK(cost.seconds < 1);
    CHECK(cost.kilobytes < 64 << 10);
}

TEST_CASE("gzip within gzip is not unpacked", "[submissions]") {
    const Handed handed({});
    const fs::path path = handed.path().parent_path() / "twice.tar.gz";
    pack(path, {{own_folder}}, [](archive* to) {
        archive_write_set_format_ustar(to);
        archive_write_add_filter_gzip(to);
        archive_write_add_filter_gzip(to);
    });
    const Submission submission = read_submission({path, "twice"}, kit::course());
    CHECK(submission.files.empty());
    CHECK(submission.notes.size() == 1);
}

// --- Archives that are not whole
// ------------------------------------------------------------------------

TEST_CASE("an archive's content counts, not its extension", "[submissions]") {
    const Handed handed({});
    const fs::path zip = handed.path().parent_path() / "tar.zip";
    const fs::path tar = handed.path().parent_path() / "zip.tar.gz";
    pack(zip, {{own_folder}},
         GENERATE(Catch::Generators::as<Format>(), as_tar_gz, archive_write_set_format_ustar));
    pack(tar, {{own_folder}}, as_zip);
    CHECK(taken_from(read_submission({zip, "zip"}, kit::course())) == own_folder);
    CHECK(taken_from(read_submission({tar, "tar"}, kit::course())) == own_folder);
}

TEST_CASE("a file that is no archive gets a note that says what it is", "[submissions]") {
    const Handed handed({});
    const fs::path path = handed.path().parent_path() / "Anna.zip";
    const auto note = [&] {
        const Submission submission = read_submission({path, "Anna"}, kit::course());
        CHECK(submission.files.empty());
        CHECK(!submission.unreadable);
        return joined(submission.notes);
    };
    write(path, "");
    CHECK(note() == "the archive is empty. Nothing of it is read; ask for a .zip.\n");
    write(path, "<html>Log in</html>");
    CHECK(contains(note(), "the archive is neither a .zip nor a .tar.gz, whatever its name says"));
    write(path, "Rar!\x1A\x07\x01");
    CHECK(contains(note(), "is a RAR archive"));
    pack(path, {{own_folder}}, archive_write_set_format_7zip);
    CHECK(contains(note(), "is a 7z archive"));
    pack(path, {{own_folder}}, [](archive* to) {
        archive_write_set_format_ustar(to);
        archive_write_add_filter_xz(to);
    });
    CHECK(contains(note(), "is packed by xz"));
}

TEST_CASE("an encrypted file is noted", "[submissions]") {
    const Handed handed({});
    const fs::path path = handed.path().parent_path() / "Anna.zip";
    const std::string method = GENERATE("traditional", "aes256");
    pack(path, {{own_folder}}, [&](archive* to) {
        archive_write_set_format_zip(to);
        archive_write_set_passphrase(to, "secret");
        REQUIRE(archive_write_set_options(to, ("zip:encryption=" + method).c_str()) == ARCHIVE_OK);
    });
    const Submission submission = read_submission({path, "Anna"}, kit::course());
    CHECK(submission.files.empty());
    CHECK(contains(joined(submission.notes), own_folder + ": it is encrypted; ask for it without"));
}

TEST_CASE("what comes whole before an archive's fault is taken, wherever it is cut",
          "[submissions]") {
    const Shape shape = GENERATE(Shape::zip, Shape::tar_gz);
    const std::string large = noise(200'000);
    const Handed handed({{"bernoulli_mask.cpp"}, {"l2.cpp", large}}, shape);
    const auto size = fs::file_size(handed.path());
    const std::string whole = tool::read_file(handed.path());
    REQUIRE(handed.read().files.size() == 2);
    for (std::size_t kept = size - 1; kept > 7; kept -= kept > 1000 ? 1997 : 7) {
        write(handed.path(), whole.substr(0, kept));
        const Submission submission = handed.read();
        INFO(kept << " of " << size << "\n" << joined(submission.notes));
        REQUIRE(!submission.unreadable);
        for (const SubmittedFile& file : submission.files) {
            REQUIRE(file.content == (file.lesson == "06_l2" ? large : written));
        }
        // libarchive unpacks a tar.gz by 64 KiB, and gives nothing of the piece with the fault.
        if (kept > 100'000) REQUIRE(!submission.files.empty());
        if (kept < size - 2000) {
            REQUIRE(submission.files.size() <= 1);
            REQUIRE(contains(joined(submission.notes), "ask for "));
        }
    }
}

TEST_CASE("an archive with any byte changed is read without harm", "[submissions]") {
    const Shape shape = GENERATE(Shape::zip, Shape::tar_gz);
    const Handed handed({{"a/bernoulli_mask.cpp"}, {"l2.cpp", "// two\n"}}, shape);
    const std::string whole = tool::read_file(handed.path());
    for (std::size_t at = 0; at < whole.size(); ++at) {
        std::string changed = whole;
        changed[at] = static_cast<char>(changed[at] ^ (at % 2 == 0 ? 0xFF : 0x01));
        write(handed.path(), changed);
        const Submission submission = handed.read();
        INFO(at << " of " << whole.size());
        REQUIRE(!submission.unreadable);
        REQUIRE(submission.files.size() <= 2);
    }
}

TEST_CASE("what the system does not let us read is no zero", "[submissions]") {
    if (geteuid() != 0) SKIP("as another user than root this would need a second user");
    const Handed handed({{"lessons/x/bernoulli_mask.cpp"}, {"l2.cpp"}});
    const std::string locked = GENERATE("", "lessons", "lessons/x/bernoulli_mask.cpp");
    fs::permissions(handed.path().parent_path(), fs::perms::owner_all | fs::perms::others_all);
    fs::permissions(handed.path() / locked, fs::perms::none);

    REQUIRE(seteuid(65534) == 0);
    const Submission submission = handed.read();
    REQUIRE(seteuid(0) == 0);

    REQUIRE(submission.unreadable);
    CHECK(contains(*submission.unreadable, "cannot be read: Permission denied"));
    CHECK(submission.files.empty());
    fs::permissions(handed.path() / locked, fs::perms::owner_all);
}
