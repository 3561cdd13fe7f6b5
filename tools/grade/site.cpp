#include "site.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <map>
#include <mutex>
#include <optional>
#include <thread>

#include "error.h"
#include "feedback.h"
#include "folder.h"
#include "plot.h"
#include "process.h"
#include "programs.h"
#include "pseudonyms.h"
#include "report.h"
#include "results.h"
#include "site_class.h"
#include "site_folder.h"
#include "site_handout.h"
#include "site_student.h"

namespace lab::grade {
namespace fs = std::filesystem;
namespace {

/// The pictures of comparisons, each drawn once, however many students it is shown to.
class Pictures {
public:
    /// Draws what the student's page will ask for, two at a time.
    void draw_for(const Handout& student) {
        struct Missing {
            const TestRow* test;
            std::string name;
            fs::path* picture;
        };
        std::vector<Missing> missing;
        for (const LessonHandout& lesson : student.lessons) {
            for (const TestRow& test : lesson.row.tests) {
                if (!test.comparison || !is_explained(test, lesson.row)) continue;
                const auto [place, is_new] = drawn_.try_emplace(content_of(test));
                if (is_new) missing.push_back({&test, std::to_string(count()), &place->second});
            }
        }
        std::atomic<std::size_t> next = 0;
        const auto take = [&] {
            for (std::size_t i = next++; i < missing.size() && !tool::interrupted(); i = next++) {
                *missing[i].picture = draw(*missing[i].test, missing[i].name);
            }
        };
        {
            std::jthread other;
            if (missing.size() > 1) other = std::jthread(take);
            take();
        }
        if (tool::interrupted()) throw tool::Interrupted{};
    }

    const fs::path& of(const TestRow& test) const { return drawn_.at(content_of(test)); }

    std::size_t count() const { return drawn_.size(); }
    const std::string& problem() const { return problem_; }
    const fs::path& folder() const { return folder_.path(); }

private:
    /// The same for the same picture, and for no other.
    static std::string content_of(const TestRow& test) {
        const tool::Comparison& shown = *test.comparison;
        std::string bytes = fmt::format("{}\n{}\n", test.name, shown.target_name);
        for (const Matrix* matrix : {&shown.yours, &shown.target}) {
            bytes += fmt::format("{} {}\n", matrix->rows(), matrix->cols());
            bytes.append(reinterpret_cast<const char*>(matrix->data()),
                         static_cast<std::size_t>(matrix->size()) * sizeof(float));
        }
        return bytes;
    }

    fs::path draw(const TestRow& test, const std::string& name) {
        constexpr tool::PlotSize size{1000, 450};
        try {
            return tool::plot(tool::side_by_side(*test.comparison, test.name),
                              tool::PlotTerminal::svg, size, folder_.path(), name);
        } catch (const std::exception& error) {
            // The page says so, and the rest of the report is worth having.
            const std::lock_guard lock(mutex_);
            if (problem_.empty()) problem_ = error.what();
            return {};
        }
    }

    tool::TemporaryFolder folder_;
    std::map<std::string, fs::path> drawn_;  ///< by content; an empty path: could not be drawn
    std::string problem_;
    std::mutex mutex_;
};

/// A student and the name to show.
struct Shown {
    StudentRow student;
    std::string name;
};

std::vector<Shown> in_order(const std::vector<StudentRow>& students,
                            const std::optional<Pseudonyms>& pseudonyms) {
    std::vector<Shown> result;
    for (const StudentRow& student : students) {
        result.push_back({student, pseudonyms ? pseudonyms->of(student.student) : student.student});
    }
    std::sort(result.begin(), result.end(),
              [](const Shown& a, const Shown& b) { return a.name < b.name; });
    return result;
}

}  // namespace

WrittenReport write_report(const tool::Course& course, const ReportOptions& options,
                           const std::function<void(std::size_t, std::size_t)>& progress) {
    const fs::path& directory = options.directory;
    const Results results = Results::open_to_read(directory);
    tool::require_program("gnuplot");
    SiteFolder site(options.out.empty() ? directory / "report" : options.out);
    const std::vector<StudentRow> students = results.students();

    WrittenReport written;
    written.folder = site.place();
    written.students = students.size();
    std::optional<Pseudonyms> pseudonyms;
    if (options.pseudonyms) {
        written.pseudonyms = directory / "pseudonyms.csv";
        pseudonyms.emplace(written.pseudonyms, students);
    }

    Pictures pictures;
    ClassSummary summary(course);
    std::string index = "number,student,points,max_points,graded\n";
    for (const Shown& shown : in_order(students, pseudonyms)) {
        progress(summary.students(), students.size());
        // A number: the names are whatever students called their files.
        const std::string number = fmt::format("{:04}", summary.students() + 1);
        std::vector<LessonRow> lessons = results.lessons(shown.student.student);
        const auto pseudonym = pseudonyms ? std::optional(shown.name) : std::nullopt;
        const Handout student =
            handout(shown.student, lessons, course, options.after_due, pseudonym);
        pictures.draw_for(student);
        tool::write_file(
            site.path() / "students" / (number + ".html"),
            student_page(student, [&](const TestRow& test) { return pictures.of(test); }));
        tool::write_file(site.path() / "feedback" / (number + ".md"), feedback(student));
        index += fmt::format(
            "{},{},{},{},{}\n", number, csv_name(shown.name), points_text(student.total.points),
            points_text(student.total.max_points), student.total.graded ? "yes" : "no");
        if (pseudonym) {
            for (LessonRow& lesson : lessons) replace_name(lesson, shown.student, *pseudonym);
        }
        summary.add(shown.name, fmt::format("students/{}.html", number), lessons);
    }
    tool::write_file(site.path() / "feedback" / "index.csv", index);
    tool::write_file(site.path() / "index.html", summary.page(pictures.folder()));
    progress(students.size(), students.size());
    written.not_graded = summary.not_graded();
    written.pictures = pictures.count();
    written.no_picture = pictures.problem();
    site.take_place();
    return written;
}

int report(const tool::Course& course, const ReportOptions& options) {
    const bool terminal = isatty(STDERR_FILENO) != 0;
    const auto show = [&](std::size_t done, std::size_t all) {
        if (!terminal) return;
        fmt::print(stderr, "\r{}\033[K",
                   tool::progress_bar(done, all, "students", tool::Colour::none));
        if (done == all) fmt::print(stderr, "\r\033[K");
    };
    const WrittenReport written = write_report(course, options, show);
    if (!written.no_picture.empty()) {
        fmt::print(stderr, "Not every picture could be drawn; the pages say where. The first: {}\n",
                   written.no_picture);
    }
    if (written.not_graded > 0) {
        fmt::print(
            "{} lessons of students are not graded, by a fault of the grader's: the report "
            "lists them first, and what to do.\n",
            written.not_graded);
    }
    fmt::print("{}: {} students\n", (written.folder / "index.html").string(), written.students);
    fmt::print("{}: feedback to mail or upload; index.csv tells whose it is\n",
               (written.folder / "feedback").string());
    if (!written.pseudonyms.empty()) {
        fmt::print("{}: who is who. Keep it to yourself.\n", written.pseudonyms.string());
    }
    return 0;
}

}  // namespace lab::grade
