#include "commands.h"

#include <fmt/format.h>
#include <unistd.h>

#include <iostream>
#include <nlohmann/json.hpp>

#include "error.h"
#include "progress.h"
#include "report.h"
#include "student_file.h"
#include "text.h"

namespace lab::tool {
namespace fs = std::filesystem;
namespace {

/// `whole` is what was typed.
std::uint32_t parse_seed(const std::string& word, const std::string& whole) {
    const bool digits =
        !word.empty() && word.size() <= 10 && word.find_first_not_of("0123456789") == word.npos;
    const unsigned long value = digits ? std::stoul(word) : 0;
    if (!digits || value > 0xFFFFFFFFul) {
        throw KitError(fmt::format(
            "--seed takes a number from 0 to 4294967295, or a range such as 1..200; got '{}'",
            whole));
    }
    return static_cast<std::uint32_t>(value);
}

Seeds parse_seeds(const std::string& text) {
    const auto dots = text.find("..");
    if (dots == std::string::npos) {
        const std::uint32_t seed = parse_seed(text, text);
        return {seed, seed};
    }
    const Seeds range{parse_seed(text.substr(0, dots), text),
                      parse_seed(text.substr(dots + 2), text)};
    if (range.first > range.last) {
        throw KitError(fmt::format("--seed {}: the range runs backwards", text));
    }
    return range;
}

/// The lessons that a check is for.
std::vector<const Lesson*> chosen(const Course& course, const CheckOptions& options,
                                  const Progress& progress) {
    std::vector<const Lesson*> lessons;
    if (options.all) {
        if (!options.lessons.empty()) throw KitError("--all takes no lessons besides");
        for (const Lesson& lesson : course.lessons) lessons.push_back(&lesson);
    }
    for (const std::string& word : options.lessons) lessons.push_back(&course.find(word));
    if (lessons.empty()) lessons.push_back(&progress.current());
    if (!options.source.empty() && lessons.size() != 1) {
        throw KitError("--source grades one file: name the one lesson that it belongs to");
    }
    return lessons;
}

const Lesson& lesson_or_current(const Course& course, const std::string& word,
                                const Progress& progress) {
    return word.empty() ? progress.current() : course.find(word);
}

}  // namespace

std::uint32_t parse_seed(const std::string& word) { return parse_seed(word, word); }

int check(const Course& course, const CheckOptions& options) {
    const Seeds seeds = parse_seeds(options.seeds);
    Progress progress(course);
    const std::vector<const Lesson*> lessons = chosen(course, options, progress);
    if (!options.source.empty() && !fs::exists(options.source)) {
        throw KitError(fmt::format("--source: there is no file {}", options.source));
    }

    Checker checker(course);
    const Colour colour = colour_of_standard_output();
    bool all_passed = true;
    nlohmann::ordered_json all = nlohmann::ordered_json::array();
    for (const Lesson* lesson : lessons) {
        const bool own = options.source.empty();
        if (own) keep_graded(course, *lesson);
        const LessonResult result = checker.check(
            *lesson, own ? lesson->source : fs::absolute(options.source), seeds.first, seeds.last);
        all_passed = all_passed && result.passed();
        if (own) progress.note(*lesson, result);
        if (options.json) {
            all.push_back(to_json(result));
        } else {
            if (lesson != lessons.front()) fmt::print("\n");
            fmt::print("{}", describe(result, *lesson, colour, options.verbose));
        }
    }
    if (options.source.empty()) progress.save();
    if (options.all) {
        const LessonResult result = checker.check_integration(seeds.first, seeds.last);
        all_passed = all_passed && result.passed();
        if (options.json) all.push_back(to_json(result));
        else fmt::print("\n{}", describe(result, course.integration, colour, options.verbose));
    }
    if (options.json) {
        const auto& shown = all.size() == 1 ? all.front() : all;
        std::cout << shown.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
    }
    return all_passed ? 0 : 1;
}

int hint(const Course& course, const std::string& word, const std::string& function) {
    Progress progress(course);
    const Lesson& lesson = lesson_or_current(course, word, progress);
    const std::vector<FunctionHints> all = read_hints(lesson);
    auto& shown = progress.of(lesson).hints;

    const FunctionHints* hints = nullptr;
    for (const FunctionHints& one : all) {
        const bool open = shown[one.function] < static_cast<int>(one.levels.size());
        if (function.empty() ? open && !hints : one.function == function) hints = &one;
    }
    if (!hints && !function.empty()) {
        throw KitError(fmt::format("lesson {} has no function '{}'", lesson.name, function));
    }
    if (!hints) hints = &all.back();

    const int levels = static_cast<int>(hints->levels.size());
    int& level = shown[hints->function];
    const bool exhausted = level >= levels;
    level = std::min(level + 1, levels);
    fmt::print("Hint for {}\n", hints->function);
    for (int i = 0; i < level; ++i) {
        fmt::print("\n{} of {}\n{}\n", i + 1, levels,
                   indented(hints->levels[static_cast<std::size_t>(i)]));
    }
    if (exhausted) {
        fmt::print(
            "\nThat is all there is. ./lab solution {} --reveal shows the reference solution.\n",
            lesson.number);
    } else if (level < levels) {
        fmt::print("\n./lab hint {} again says more.\n", lesson.number);
    }
    progress.save();
    return 0;
}

int list(const Course& course) {
    const Progress progress(course);
    const Colour colour = colour_of_standard_output();
    for (const Lesson& lesson : course.lessons) {
        const bool here = lesson.name == progress.current().name;
        fmt::print("{} {} {}  {:<24} {}\n", here ? "→" : " ",
                   progress.of(lesson).passed ? green("✓", colour) : dim("·", colour),
                   lesson.number, lesson.title, dim(lesson.shown_source(), colour));
    }
    return 0;
}

int progress(const Course& course) {
    const Progress progress(course);
    const Colour colour = colour_of_standard_output();
    fmt::print("{}\n\n", progress_bar(progress.passed(), course.lessons.size(), "lessons", colour));
    for (const Lesson& lesson : course.lessons) {
        const LessonProgress& here = progress.of(lesson);
        int hints = 0;
        for (const auto& [function, level] : here.hints) hints += level;
        fmt::print("{} {}  {:<24} {:>5} of {} points{}\n",
                   here.passed ? green("✓", colour) : dim("·", colour), lesson.number, lesson.title,
                   here.points, lesson.points,
                   hints == 0 ? "" : fmt::format(", {} hint{} seen", hints, hints == 1 ? "" : "s"));
    }
    return 0;
}

int reset(const Course& course, const std::string& word, bool yes) {
    const Lesson& lesson = course.find(word);
    if (!yes) {
        if (!isatty(STDIN_FILENO)) {
            throw KitError(
                fmt::format("reset asks before it replaces {}; without a terminal say --yes",
                            lesson.shown_source()));
        }
        fmt::print("Replace {} by its stub? Your file is kept under .lab/kept/. [y/N] ",
                   lesson.shown_source());
        std::fflush(stdout);
        std::string answer;
        std::getline(std::cin, answer);
        if (answer != "y" && answer != "Y" && answer != "yes") {
            fmt::print("Nothing was changed.\n");
            return 0;
        }
    }
    const fs::path kept = reset_to_stub(course, lesson);
    if (kept.empty()) fmt::print("{} is the stub.\n", lesson.shown_source());
    else
        fmt::print("{} is the stub again. Your file is now {}\n", lesson.shown_source(),
                   fs::relative(kept, course.root).string());
    return 0;
}

int solution(const Course& course, const std::string& word, bool reveal) {
    const Progress progress(course);
    const Lesson& lesson = course.find(word);
    if (!progress.of(lesson).passed && !reveal) {
        fmt::print(
            "You have not passed lesson {} yet. ./lab hint {} helps on; ./lab solution {} --reveal "
            "shows the solution all the same.\n",
            lesson.number, lesson.number, lesson.number);
        return 1;
    }
    fmt::print("{}", read_file(lesson.solution));
    return 0;
}

}  // namespace lab::tool
