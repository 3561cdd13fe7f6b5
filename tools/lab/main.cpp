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
    app.footer("Without a command: ./lab start. Read README.md for the first steps.");
    app.require_subcommand(0, 1);
    app.set_help_all_flag("--help-all", "Help for every command");

    std::string lesson, function, source;
    bool yes = false, reveal = false, cold = false;
    CheckOptions options;

    CLI::App* start_ = app.add_subcommand("start", "Where you are; then grade on every save");
    start_->add_option("LESSON", lesson, "number (02) or name; default: the current one");
    start_->add_option("--source", source, "watch this file in place of the lesson's own");

    CLI::App* check_ = app.add_subcommand("check", "Grade once");
    check_->add_option("LESSON", options.lessons, "numbers or names; default: the current one");
    check_->add_flag("--all", options.all, "every lesson");
    check_->add_option("--source", options.source, "grade this file in place of the lesson's own");
    check_->add_option("--seed", options.seeds,
                       "another seed for the tests' inputs, or a range of them (1..200)");
    check_->add_flag("--json", options.json, "print the result as JSON (docs/json.md)");
    check_->add_flag("--verbose", options.verbose, "every failure, and all the compiler said");

    CLI::App* hint_ = app.add_subcommand("hint", "One more hint: a question, a nudge, the formula");
    hint_->add_option("LESSON", lesson, "number or name; default: the current one");
    hint_->add_option("FUNCTION", function, "one of the lesson's functions");

    CLI::App* list_ = app.add_subcommand("list", "The lessons, and where you are");
    CLI::App* progress_ = app.add_subcommand("progress", "What is done, with points");

    CLI::App* reset_ = app.add_subcommand("reset", "Put a lesson's stub back; your file is kept");
    reset_->add_option("LESSON", lesson, "number or name")->required();
    reset_->add_flag("--yes", yes, "do not ask");

    CLI::App* solution_ = app.add_subcommand("solution", "The reference solution, once you passed");
    solution_->add_option("LESSON", lesson, "number or name")->required();
    solution_->add_flag("--reveal", reveal, "also before you passed");

    CLI::App* doctor_ = app.add_subcommand("doctor", "What is installed, and what is missing");

    CLI::App* debug_ = app.add_subcommand("debug", "Your code under gdb, at the failing test");
    debug_->add_option("LESSON", lesson, "number or name")->required();
    debug_->add_option("--source", source, "debug this file in place of the lesson's own");

    CLI::App* bench_ = app.add_subcommand("bench", "Measure the kit's own speed");
    bench_->add_flag("--cold-build", cold, "also build the kit from nothing (a minute or two)");

    app.add_subcommand("test", "Test the kit itself: lessons, mistakes, tools");

    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) { return app.exit(error) == 0 ? 0 : 2; }

    catch_interruptions();
    const Course course = read_course();
    if (*check_) return check(course, options);
    if (*hint_) return hint(course, lesson, function);
    if (*list_) return list(course);
    if (*progress_) return progress(course);
    if (*reset_) return reset(course, lesson, yes);
    if (*solution_) return solution(course, lesson, reveal);
    if (*doctor_) return doctor(course);
    if (*debug_) return debug(course, lesson, source);
    if (*bench_) return bench(course, cold);
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
