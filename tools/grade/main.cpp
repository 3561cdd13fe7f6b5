// ./lab grade, export, report and bundle: the commands of instructors.
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "bench.h"
#include "bundle.h"
#include "course.h"
#include "error.h"
#include "export.h"
#include "grader.h"
#include "process.h"
#include "site.h"
#include "text.h"

namespace {

using namespace lab::tool;
using namespace lab::grade;

/// Adds ./lab grade; `options` gets what the user typed.
CLI::App* add_grade(CLI::App& app, GradeOptions& options) {
    CLI::App* command = app.add_subcommand("grade", "Grade a folder of submissions");
    command
        ->add_option("SUBMISSIONS", options.submissions,
                     "a folder with one entry a student: a folder, a .zip or a .tar.gz")
        ->required();
    command->add_option("--out", options.out, "the folder of the results, made when it is missing")
        ->required();
    command->add_option("--lessons", options.lessons, "numbers or names; default: all");
    command->add_option("--jobs", options.jobs, "how many at a time; default: one for each core");
    command->add_flag("--regrade", options.regrade, "also what has not changed");
    command->add_option("--class-secret", options.class_secret,
                        "a file; the tests' inputs come from what it holds");
    command->add_option("--times", options.times,
                        "CSV of student,submitted: when each student handed in");
    command->add_flag("--unsafe", options.unsafe,
                      "without a sandbox, when you trust every one of these programs");
    return command;
}

/// Adds ./lab export; `options` gets what the user typed.
CLI::App* add_export(CLI::App& app, ExportOptions& options) {
    CLI::App* command = app.add_subcommand("export", "Write the results for another program");
    command->add_option("DIR", options.directory, "What ./lab grade --out was given")->required();
    command->add_option("--format", options.format, export_formats());
    command->add_option("--out", options.out, "The file to write, in place of standard output");
    command->add_option("--student", options.student, "Only this student");
    command->add_option("--lesson", options.lesson, "Only this lesson");
    command->add_option("--fill", options.fill,
                        "The file that Moodle or Canvas exported, to fill in");
    command->add_option("--grade-column", options.grade_column,
                        "The header of the column to fill, where it cannot be told");
    return command;
}

/// Adds ./lab report; `options` gets what the user typed.
CLI::App* add_report(CLI::App& app, ReportOptions& options) {
    CLI::App* command = app.add_subcommand("report", "Write the class as a folder of web pages");
    command->add_option("DIR", options.directory, "what ./lab grade --out was given")->required();
    command->add_option("--out", options.out, "the folder to write; default: DIR/report");
    command->add_flag("--pseudonyms", options.pseudonyms,
                      "names replaced; DIR/pseudonyms.csv tells who is who");
    command->add_flag("--after-due", options.after_due,
                      "shows the tests that are for after the due date");
    return command;
}

/// Adds ./lab bundle gradescope; `options` gets what the user typed.
CLI::App* add_gradescope(CLI::App& bundle, GradescopeBundle& options) {
    CLI::App* command = bundle.add_subcommand("gradescope", "An autograder (docs/gradescope)");
    command->add_option("--out", options.out, "the archive; default: gradescope.zip");
    command->add_option("--lessons", options.lessons, "numbers or names; default: all");
    command->add_option("--class-secret", options.secret,
                        "a file; the tests' inputs come from what it holds");
    command->add_option("--debian-archive", options.debian_archive,
                        "address of an archive of Debian 12; default: this machine's own");
    return command;
}

/// Adds ./lab bundle github-classroom; `options` gets what the user typed.
CLI::App* add_github_classroom(CLI::App& bundle, GithubBundle& options) {
    CLI::App* command =
        bundle.add_subcommand("github-classroom", "A workflow (docs/github-classroom)");
    command->add_option("--out", options.out, "the archive; default: github-classroom.zip");
    command->add_option("--lessons", options.lessons, "numbers or names; default: all");
    command->add_option("--kit", options.kit,
                        "where workflows find the kit; default: the remote \"origin\"");
    return command;
}

int print_notes(const std::vector<std::string>& notes) {
    for (const std::string& note : notes) fmt::print("{}\n", printable(note));
    return 0;
}

int run_command(int argc, char** argv) {
    CLI::App app{"Dropout Lab, for instructors: docs/grading.md says more."};
    app.name("./lab");
    app.require_subcommand(1);
    GradeOptions grade_options;
    const CLI::App* on_grade = add_grade(app, grade_options);
    ExportOptions export_options;
    const CLI::App* on_export = add_export(app, export_options);
    ReportOptions report_options;
    const CLI::App* on_report = add_report(app, report_options);
    CLI::App* on_bundle = app.add_subcommand("bundle", "What to upload to a service that grades");
    on_bundle->require_subcommand(1);
    GradescopeBundle gradescope{"gradescope.zip", {}, {}, {}};
    const CLI::App* on_gradescope = add_gradescope(*on_bundle, gradescope);
    GithubBundle github{"github-classroom.zip", {}, {}};
    const CLI::App* on_github_classroom = add_github_classroom(*on_bundle, github);
    std::size_t students = 200;
    CLI::App* on_bench = app.add_subcommand("bench", "Measure the speed of grading");
    on_bench->require_subcommand(1);
    on_bench->add_subcommand("grade", "A class of synthetic submissions")
        ->add_option("--students", students, "how many; default: 200, which takes some 20 minutes")
        ->check(CLI::PositiveNumber);

    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) { return app.exit(error) == 0 ? 0 : 2; }

    catch_interruptions();
    const Course course = read_course();
    if (*on_grade) return grade(course, grade_options);
    if (*on_export) return export_results(export_options, course);
    if (*on_report) return report(course, report_options);
    if (*on_gradescope) return print_notes(bundle_gradescope(course, gradescope));
    if (*on_github_classroom) return print_notes(bundle_github_classroom(course, github));
    return bench(course, students);
}

}  // namespace

int main(int argc, char** argv) {
    try {
        return run_command(argc, argv);
    } catch (const Interrupted&) { return 130; } catch (const std::exception& error) {
        fmt::print(stderr, "lab: {}\n", printable(error.what()));
        return 2;
    }
}
