#include "report.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "text.h"

namespace lab::tool {
namespace {

std::string styled(const std::string& text, const char* code, Colour colour) {
    return colour == Colour::ansi ? fmt::format("\033[{}m{}\033[0m", code, text) : text;
}

std::string points(double value) { return fmt::format("{}", std::round(value * 100) / 100); }

/// What the student's code printed in the test that is shown.
std::string printed_block(const TestResult& test, Colour colour) {
    if (test.printed.empty()) return "";
    std::string text = dim("Your code printed, in this test:", colour) + "\n";
    text += indented(test.printed, 2);
    if (text.back() != '\n') text += '\n';
    if (test.printed_total > test.printed.size()) {
        text += dim(fmt::format("… and more: {} bytes in all, of which 64 KiB are kept",
                                test.printed_total),
                    colour) +
                "\n";
    }
    return text;
}

std::string failure_block(const TestResult& test, Colour colour) {
    // The message comes last: it is what is to be read, however much was printed.
    return "\n" + printed_block(test, colour) + red("✗", colour) + " " + bold(test.name, colour) +
           "\n" + indented(wrapped(test.message, width_of_standard_output() - 4)) + "\n";
}

std::string next_step(const LessonResult& result, const Lesson& lesson) {
    if (result.verdict == "passed") {
        return fmt::format("Lesson {} is done. ./lab solution {} shows the reference solution.",
                           lesson.number, lesson.number);
    }
    if (result.verdict == "not_started") {
        return fmt::format("Not started yet. Read lessons/{}/README.md, then write {}.",
                           lesson.name, lesson.shown_source());
    }
    return fmt::format("Stuck? ./lab hint {}", lesson.number);
}

std::string describe(const LessonResult& result, const std::string& title, const std::string& next,
                     Colour colour, bool verbose) {
    std::string text = bold(title, colour) + "\n";
    if (result.verdict == "compile_error") {
        // Without a compiler's output the file itself is what is wrong: deleted, empty, not text.
        const bool compiled = result.compiler_output != result.problem;
        text += "\n" + red("✗", colour) + " " +
                bold(compiled ? "it does not compile" : "the file cannot be graded", colour) +
                "\n" + indented(verbose ? result.compiler_output : result.problem) + "\n";
        if (!verbose && compiled) {
            text += dim("\nAdd --verbose to see all that the compiler said.", colour) + "\n";
        }
        return text;
    }

    for (const TestResult& test : result.tests) {
        const bool passed = test.verdict == "passed";
        const std::string mark = passed                          ? green("✓", colour)
                                 : test.verdict == "not_started" ? dim("·", colour)
                                                                 : red("✗", colour);
        text += fmt::format("{} {}\n", mark, test.name);
    }
    if (result.verdict != "not_started") {
        if (verbose) {
            for (const TestResult& test : result.tests) {
                if (test.verdict != "passed") text += failure_block(test, colour);
            }
        } else if (const TestResult* failure = result.first_failure()) {
            text += failure_block(*failure, colour);
        }
    }
    if (result.passed()) {
        for (const TestResult& test : result.tests) {
            if (test.printed.empty()) continue;
            text += "\n" + printed_block(test, colour);
            break;
        }
    }
    const std::string warnings = verbose ? result.compiler_output : result.warnings;
    if (!warnings.empty()) {
        text += "\n" + dim("    The compiler warns:", colour) + "\n" + indented(warnings, 6);
        if (text.back() != '\n') text += '\n';
    }
    if (!result.remark.empty()) text += "\n" + indented("Note: " + result.remark) + "\n";
    text += "\n" + wrapped(next, width_of_standard_output()) + "\n";
    return text;
}

}  // namespace

Colour colour_of_standard_output() {
    const char* no_colour = std::getenv("NO_COLOR");
    const bool wanted = !no_colour || !*no_colour;
    return wanted && isatty(STDOUT_FILENO) ? Colour::ansi : Colour::none;
}

std::size_t width_of_standard_output() {
    winsize size{};
    const bool known = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= 40;
    return known ? size.ws_col : 1000;
}

std::string bold(const std::string& text, Colour colour) { return styled(text, "1", colour); }
std::string green(const std::string& text, Colour colour) { return styled(text, "32", colour); }
std::string red(const std::string& text, Colour colour) { return styled(text, "31", colour); }
std::string dim(const std::string& text, Colour colour) { return styled(text, "2", colour); }

std::string describe(const LessonResult& result, const Lesson& lesson, Colour colour,
                     bool verbose) {
    return describe(result, fmt::format("{} {}", lesson.number, lesson.title),
                    fmt::format("{} of {} points. {}", points(result.points),
                                points(result.max_points), next_step(result, lesson)),
                    colour, verbose);
}

std::string describe(const LessonResult& result, const Integration& integration, Colour colour,
                     bool verbose) {
    const std::string next =
        result.passed() ? "Your lessons work together."
        : result.verdict == "not_started"
            ? "It waits until all of its lessons are written: " + result.tests.front().message + "."
            : "./lab check shows whether the lesson passes alone.";
    return describe(result, integration.title, next, colour, verbose);
}

nlohmann::ordered_json to_json(const LessonResult& result) {
    const auto rounded = [](double value) { return std::round(value * 1e6) / 1e6; };
    nlohmann::ordered_json tests = nlohmann::ordered_json::array();
    for (const TestResult& test : result.tests) {
        nlohmann::ordered_json one{{"name", test.name},
                                   {"verdict", test.verdict},
                                   {"points", rounded(test.points)},
                                   {"max_points", rounded(test.max_points)},
                                   {"message", test.message},
                                   {"diagnosis", nullptr}};
        if (test.diagnosis) one["diagnosis"] = *test.diagnosis;
        tests.push_back(std::move(one));
    }
    const TestResult* failure = result.first_failure();
    nlohmann::ordered_json lesson;
    lesson["lesson"] = result.lesson;
    lesson["verdict"] = result.verdict;
    lesson["points"] = rounded(result.points);
    lesson["max_points"] = rounded(result.max_points);
    lesson["diagnosis"] = nullptr;
    if (failure && failure->diagnosis) lesson["diagnosis"] = *failure->diagnosis;
    lesson["tests"] = std::move(tests);
    lesson["compiler_output"] = result.compiler_output;
    return lesson;
}

std::string progress_bar(std::size_t done, std::size_t all, const std::string& what,
                         Colour colour) {
    constexpr std::size_t width = 24;
    const std::size_t full = all == 0 ? 0 : width * done / all;
    std::string bar, rest;
    for (std::size_t i = 0; i < full; ++i) bar += "█";
    for (std::size_t i = full; i < width; ++i) rest += "░";
    return green(bar, colour) + dim(rest, colour) + fmt::format(" {} of {} {}", done, all, what);
}

}  // namespace lab::tool
