// The check with all of a student's own code, which ./lab check --all runs last.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "check.h"
#include "compiler_output.h"
#include "folder.h"

namespace lab::tool {
namespace fs = std::filesystem;

LessonResult Checker::check_integration(std::uint32_t first_seed, std::uint32_t last_seed) {
    LessonResult result;
    result.lesson = "integration";
    std::vector<const Lesson*> lessons;
    std::vector<fs::path> sources;
    for (const std::string& name : course_.integration.lessons) {
        lessons.push_back(&course_.find(name));
        sources.push_back(lessons.back()->source);
    }
    const auto cannot_compile = [&](const std::string& problem) {
        result.verdict = "compile_error";
        result.problem = result.compiler_output = problem;
        return result;
    };
    for (std::size_t i = 0; i < lessons.size(); ++i) {
        if (std::string problem = explain_unusable_file(sources[i]); !problem.empty()) {
            return cannot_compile(problem);
        }
    }

    const TemporaryFolder folder;
    const Objects objects = compile_all(toolchain_, sources, folder.path());
    for (std::size_t i = 0; i < lessons.size(); ++i) {
        if (!objects.compilers[i].succeeded()) {
            return cannot_compile(explain_compile_error(objects.compilers[i], sources[i]));
        }
    }
    const fs::path recorder = folder.path() / "recorder";
    const std::vector<fs::path>& test = toolchain_.integration;
    std::vector<fs::path> all = test;
    all.insert(all.end(), objects.files.begin(), objects.files.end());
    const Ended linked = link_recorder(toolchain_, all, recorder);
    if (!linked.succeeded()) {
        return cannot_compile(explain_clash(linked, lessons, objects.files));
    }

    run_tests(recorder, "integration", course_.integration.tests, first_seed, last_seed, result);
    if (result.passed() || result.verdict == "not_started") return result;

    // Each lesson alone, among the reference solutions of the others: who fails is to blame.
    std::vector<std::string> causes;
    for (std::size_t own = 0; own < lessons.size(); ++own) {
        std::vector<fs::path> mixed = test;
        for (std::size_t i = 0; i < lessons.size(); ++i) {
            if (i == own) mixed.push_back(objects.files[i]);
            else {
                const auto& solution = toolchain_.parts_of(lessons[i]->name).solution;
                mixed.insert(mixed.end(), solution.begin(), solution.end());
            }
        }
        LessonResult alone;
        const bool links = link_recorder(toolchain_, mixed, recorder).succeeded();
        if (links) {
            run_tests(recorder, "integration", course_.integration.tests, first_seed, last_seed,
                      alone);
        }
        if (!links || !alone.passed()) {
            causes.push_back(
                fmt::format("lesson {}: {}", lessons[own]->number, lessons[own]->shown_source()));
        }
    }
    const std::string cause =
        causes.empty()
            ? "Each of your lessons works with the reference solutions of the others, but not all "
              "of yours together. What do they share: a name, a static variable, a seed?"
            : fmt::format(
                  "The likely cause, found with the reference solutions of all others:\n"
                  "    {}",
                  fmt::join(causes, "\n    "));
    for (TestResult& failed : result.tests) {
        if (failed.verdict != "passed") failed.message += "\n" + cause;
    }
    return result;
}

}  // namespace lab::tool
