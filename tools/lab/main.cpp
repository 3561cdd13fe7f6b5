// ./lab: the command that students and instructors type.
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <csignal>

#include "commands.h"
#include "error.h"
#include "process.h"

namespace {

using namespace lab::tool;

int run_command(int argc, char** argv) {
    CLI::App app{"Dropout Lab: learn dropout and L2 regularization by writing them."};
    app.name("./lab");
    app.footer(
        "Without a command: ./lab start. Read README.md for the first steps.\n"
        "For teachers: ./lab grade, export, report and bundle; docs/grading.md tells of them.");
    app.require_subcommand(0, 1);
    app.set_help_all_flag("--help-all", "Help for every command");

    std::string lesson, function, source;
    bool yes = false, reveal = false, cold = false;
    CheckOptions options;

    CLI::App* on_start = app.add_subcommand("start", "Where you are; then grade on every save");
    on_start->add_option("LESSON", lesson, "number (02) or name; default: the current one");
    on_start->add_option("--source", source, "watch this file in place of the lesson's own");

    CLI::App* on_check = app.add_subcommand("check", "Grade once");
    on_check->add_option("LESSON", options.lessons, "numbers or names; default: the current one");
    on_check->add_flag("--all", options.all, "every lesson");
    on_check->add_option("--source", options.source,
                         "grade this file in place of the lesson's own");
    on_check->add_option("--seed", options.seeds,
                         "another seed for the tests' inputs, or a range of them (1..200)");
    on_check->add_flag("--json", options.json, "print the result as JSON (docs/json.md)");
    on_check->add_flag("--verbose", options.verbose, "every failure, and all the compiler said");

    CLI::App* on_hint =
        app.add_subcommand("hint", "One more hint: a question, a nudge, the formula");
    on_hint->add_option("LESSON", lesson, "number or name; default: the current one");
    on_hint->add_option("FUNCTION", function, "one of the lesson's functions");

    CLI::App* on_list = app.add_subcommand("list", "The lessons, and where you are");
    CLI::App* on_progress = app.add_subcommand("progress", "What is done, with points");

    CLI::App* on_reset = app.add_subcommand("reset", "Put a lesson's stub back; your file is kept");
    on_reset->add_option("LESSON", lesson, "number or name")->required();
    on_reset->add_flag("--yes", yes, "do not ask");

    CLI::App* on_solution =
        app.add_subcommand("solution", "The reference solution, once you passed");
    on_solution->add_option("LESSON", lesson, "number or name")->required();
    on_solution->add_flag("--reveal", reveal, "also before you passed");

    CLI::App* on_doctor = app.add_subcommand("doctor", "What is installed, and what is missing");

    CLI::App* on_debug = app.add_subcommand("debug", "Your code under gdb, at the failing test");
    on_debug->add_option("LESSON", lesson, "number or name")->required();
    on_debug->add_option("--source", source, "debug this file in place of the lesson's own");

    DemoOptions demo_options;
    CLI::App* on_demo = app.add_subcommand("demo", "The lesson's pictures, for a class");
    on_demo->add_option("LESSON", demo_options.lesson, "number or name; default: the current one");
    on_demo->add_flag("--mine", demo_options.mine, "with your own code, not the solution");
    on_demo->add_option("--terminal", demo_options.terminal,
                        "qt, x11, svg, png, gif or dumb; default: a window, or without a display "
                        "text and a png");
    on_demo->add_option("--out", demo_options.out, "folder for the files; default: demos");
    on_demo->add_option("--seed", demo_options.seed, "for all that is drawn by chance");
    on_demo->add_option("--size", demo_options.size, "WIDTHxHEIGHT in pixels; default: 1280x720");

    CLI::App* on_bench = app.add_subcommand("bench", "Measure the kit's own speed");
    on_bench->add_flag("--cold-build", cold, "also build the kit from nothing (a minute or two)");

    CLI::App* on_test = app.add_subcommand("test", "Test the kit itself: lessons, mistakes, tools");

    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) { return app.exit(error) == 0 ? 0 : 2; }

    // The script builds and runs the tests, so that they need not be built to learn.
    if (*on_test)
        throw KitError("./lab test is started from the kit's folder, by the script ./lab");
    catch_interruptions();
    const Course course = read_course();
    if (*on_check) return check(course, options);
    if (*on_hint) return hint(course, lesson, function);
    if (*on_list) return list(course);
    if (*on_progress) return progress(course);
    if (*on_reset) return reset(course, lesson, yes);
    if (*on_solution) return solution(course, lesson, reveal);
    if (*on_doctor) return doctor(course);
    if (*on_debug) return debug(course, lesson, source);
    if (*on_demo) return demo(course, demo_options);
    if (*on_bench) return bench(course, cold);
    return start(course, lesson, source);
}

}  // namespace

int main(int argc, char** argv) {
    try {
        return run_command(argc, argv);
    } catch (const Interrupted&) { return 130; } catch (const std::exception& error) {
        fmt::print(stderr, "lab: {}\n", error.what());
        return 2;
    }
}
