// ./lab demo: the pictures of a lesson. A confined process computes the figures, with the reference
// solution or the student's own code; this one draws them.
#include <fmt/format.h>

#include "commands.h"
#include "compiler_output.h"
#include "error.h"
#include "figures.h"
#include "folder.h"
#include "plot.h"
#include "progress.h"
#include "report.h"
#include "student_file.h"
#include "text.h"

namespace lab::tool {
namespace fs = std::filesystem;
namespace {

/// A figure's name may come from a student's process: letters, digits and _ alone.
std::string file_name(const Lesson& lesson, const demo::Figure& figure) {
    std::string name = lesson.number + "_";
    for (const char c : figure.name.substr(0, 40)) {
        name += std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
    }
    return name;
}

/// Says what went wrong with the student's own code, as check does.
int report_as_check(const Course& course, const Lesson& lesson, const std::string& problem) {
    if (!problem.empty()) fmt::print("In the demo your code {}.\n\n", problem);
    Checker checker(course);
    const LessonResult result = checker.check(lesson, lesson.source);
    fmt::print("{}", describe(result, lesson, colour_of_standard_output(), false));
    return 1;
}

constexpr const char* demo_folder = "demos";

/// Draws the figure on each of the terminals, and says where its files are.
void show(const Course& course, const demo::Figure& figure,
          const std::vector<PlotTerminal>& terminals, PlotSize size, const fs::path& folder,
          const std::string& name) {
    if (!figure.frames.empty()) fmt::print("{}\n", printable(figure.frames.back().title));
    std::fflush(stdout);
    for (const PlotTerminal terminal : terminals) {
        const fs::path file = plot(figure, terminal, size, folder, name);
        if (!file.empty()) fmt::print("  {}\n", shown_path(course, file));
    }
}

}  // namespace

int demo(const Course& course, const DemoOptions& options) {
    const Progress progress(course);
    const Lesson& lesson =
        options.lesson.empty() ? progress.current() : course.find(options.lesson);
    const Toolchain toolchain = read_toolchain(course.build);
    if (toolchain.parts_of(lesson.name).demo.empty()) {
        throw KitError(fmt::format("lesson {} has no demo", lesson.number));
    }
    const std::uint32_t seed = parse_seed(options.seed);
    const PlotSize size = plot_size(options.size);
    std::vector<PlotTerminal> terminals;
    if (!options.terminal.empty()) terminals = {plot_terminal(options.terminal)};
    else terminals = usual_terminals();
    const fs::path folder =
        options.out.empty() ? course.root / demo_folder : fs::absolute(options.out);

    const TemporaryFolder building;
    if (options.mine) {
        if (!explain_unusable_file(lesson.source).empty())
            return report_as_check(course, lesson, "");
    }
    const Built built =
        build_demo(toolchain, lesson, options.mine ? lesson.source : fs::path{}, building.path());
    if (!built.ok) {
        if (options.mine) return report_as_check(course, lesson, "");
        throw KitError("the demo could not be built: " + built.problem);
    }
    const Computed computed = compute_figures(built.recorder, course.root / "data", seed);
    if (!computed.figures) {
        if (options.mine) return report_as_check(course, lesson, computed.problem);
        throw KitError(fmt::format("the demo of lesson {} {}", lesson.number, computed.problem));
    }
    for (const demo::Figure& figure : *computed.figures) {
        show(course, figure, terminals, size, folder, file_name(lesson, figure));
    }
    return 0;
}

void show_beside(const Course& course, const Lesson& lesson, const TestResult& failure) {
    const demo::Figure figure = side_by_side(*failure.comparison, failure.name);
    show(course, figure, usual_terminals(), {}, course.root / demo_folder,
         file_name(lesson, figure));
}

}  // namespace lab::tool
