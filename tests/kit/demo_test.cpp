// ./lab demo: what is in the pictures, and what is said when there can be none.
#include <fmt/format.h>
#include <sys/mount.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <cmath>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>

#include "error.h"
#include "figures.h"
#include "plot.h"
#include "programs.h"
#include "scratch.h"
#include "toolchain.h"

using namespace lab;
using namespace lab::kit;
using Catch::Matchers::ContainsSubstring;

namespace {

const tool::Lesson& lesson(const std::string& word) { return course().find(word); }

// --- Reading a picture ---------------------------------------------------------------------------

struct Point {
    double x, y;
};

/// What gnuplot drew for one series: lines, outlines of areas, and single points.
struct Drawn {
    std::string colour;  ///< "213 94 0"
    std::vector<std::vector<Point>> lines;
};

double distance(Point p, Point a, Point b) {
    const double dx = b.x - a.x, dy = b.y - a.y, length = dx * dx + dy * dy;
    const double along =
        length > 0 ? std::clamp(((p.x - a.x) * dx + (p.y - a.y) * dy) / length, 0.0, 1.0) : 0;
    return std::hypot(p.x - a.x - along * dx, p.y - a.y - along * dy);
}

double distance(Point p, const Drawn& drawn) {
    double least = INFINITY;
    for (const auto& line : drawn.lines) {
        for (std::size_t i = 0; i < line.size(); ++i) {
            least = std::min(least, distance(p, line[i], line[std::min(i + 1, line.size() - 1)]));
        }
    }
    return least;
}

/// The numbers in a text.
std::vector<double> numbers(const std::string& text) {
    std::vector<double> all;
    static const std::regex number(R"(-?\d+(\.\d+)?)");
    for (auto it = std::sregex_iterator(text.begin(), text.end(), number);
         it != std::sregex_iterator(); ++it) {
        all.push_back(std::stod(it->str()));
    }
    return all;
}

std::vector<Point> points(const std::string& text) {
    const std::vector<double> all = numbers(text);
    std::vector<Point> result;
    for (std::size_t i = 0; i + 1 < all.size(); i += 2) result.push_back({all[i], all[i + 1]});
    return result;
}

std::string colour_in(const std::string& text) {
    static const std::regex rgb(R"(rgb\( *(\d+), *(\d+), *(\d+)\))");
    std::smatch found;
    if (!std::regex_search(text, found, rgb)) return "";
    return found.str(1) + " " + found.str(2) + " " + found.str(3);
}

Drawn read_series(const std::string& svg, std::size_t index, char panel) {
    const std::string id = fmt::format("<g id=\"gnuplot_plot_{}{}\"", index, panel);
    const std::size_t begin = svg.find(id);
    if (begin == svg.npos) return {};
    std::size_t end = svg.find("<g id=\"gnuplot_plot_", begin + 1);
    // Behind the last series of a panel come its border and tics.
    end = std::min({end, svg.find("</g>\n\t</g>\n", begin), svg.size()});
    const std::string group = svg.substr(begin, end - begin);
    Drawn drawn;
    static const std::regex shape(
        R"re((<path stroke='([^']*)'[^>]*\sd='([^']*)')|(<polygon fill = '([^']*)'[^>]*points = '([^']*)')|(<use xlink:href='#gp\w+' transform='translate\(([^)]*)\)[^>]*color='([^']*)'))re");
    for (auto it = std::sregex_iterator(group.begin(), group.end(), shape);
         it != std::sregex_iterator(); ++it) {
        const std::smatch& found = *it;
        if (found[1].matched) {
            drawn.colour = colour_in(found.str(2));
            std::istringstream path(found.str(3));
            for (std::string part; std::getline(path, part, 'M');) {
                if (auto line = points(part); !line.empty()) drawn.lines.push_back(line);
            }
        } else if (found[4].matched) {
            auto line = points(found.str(6));
            if (line.empty()) continue;
            line.push_back(line.front());
            drawn.lines.push_back(line);
        } else {
            drawn.colour = colour_in(found.str(9));
            drawn.lines.push_back(points(found.str(8)));
        }
    }
    return drawn;
}

/// The corners of the panel's frame.
std::vector<Point> frame_of(const std::string& svg, char panel) {
    const std::size_t begin = svg.find(fmt::format("<g id=\"gnuplot_plot_1{}\"", panel));
    static const std::regex closed(R"(<path stroke='black'\s+d='(M[^']* Z)\s*')");
    std::smatch found;
    const std::string rest = begin == svg.npos ? "" : svg.substr(begin);
    return std::regex_search(rest, found, closed) ? points(found.str(1)) : std::vector<Point>{};
}

/// All that can be read in the picture, with single blanks.
std::string text_in(const std::string& svg) {
    std::string text;
    static const std::regex element(R"(<text>([\s\S]*?)</text>)");
    for (auto it = std::sregex_iterator(svg.begin(), svg.end(), element);
         it != std::sregex_iterator(); ++it) {
        text += it->str(1) + " ";
    }
    text = std::regex_replace(text, std::regex("<[^>]*>"), " ");
    for (const auto& [code, character] : {std::pair("&lt;", "<"), {"&gt;", ">"}, {"&amp;", "&"}}) {
        text = std::regex_replace(text, std::regex(code), character);
    }
    return std::regex_replace(text, std::regex(R"(\s+)"), " ");
}

std::string with_single_blanks(const std::string& text) {
    return std::regex_replace(text, std::regex(R"(\s+)"), " ");
}

// --- What a panel should show --------------------------------------------------------------------

bool has_area(const demo::Series& series) {
    return series.style == demo::Style::band || series.style == demo::Style::box;
}

/// The points of the panel's axes through which the drawing of the series passes, as far as they
/// lie within the ranges.
std::vector<Point> expected(const demo::Panel& panel, const demo::Series& series) {
    std::vector<Point> all;
    const auto add = [&](double x, double y) {
        const bool inside =
            std::isfinite(x) && std::isfinite(y) &&
            (!panel.x_range || (panel.x_range->low <= x && x <= panel.x_range->high)) &&
            (!panel.y_range || (panel.y_range->low <= y && y <= panel.y_range->high));
        if (!inside || (series.style == demo::Style::bars && y <= 0)) return;
        all.push_back({panel.log_x ? std::log10(x) : x, panel.log_y ? std::log10(y) : y});
    };
    for (std::size_t i = 0; i < series.x.size(); ++i) {
        if (series.style != demo::Style::band) add(series.x[i], series.y[i]);
        if (has_area(series)) {
            add(series.x[i], series.low[i]);
            add(series.x[i], series.high[i]);
        }
    }
    return all;
}

struct Extent {
    double low = INFINITY, high = -INFINITY;
    void add(double value) {
        low = std::min(low, value);
        high = std::max(high, value);
    }
    double length() const { return high - low; }
};

/// How an axis maps values to pixels, told from a series whose extremes are known.
struct Axis {
    Extent values, pixels;
    double at(double value, bool downwards) const {
        const double share = (value - values.low) / values.length();
        return pixels.low + pixels.length() * (downwards ? 1 - share : share);
    }
};

/// The values are in the picture: both axes map linearly (or as a logarithm) what was computed.
void check_values(const demo::Panel& panel, const std::string& svg, char letter) {
    std::vector<Drawn> drawn;
    std::size_t index = 1;
    Axis x, y;
    for (const demo::Series& series : panel.series) {
        INFO("series '" << series.name << "' of panel '" << panel.title << "'");
        Drawn shape = read_series(svg, index++, letter);
        if (series.style == demo::Style::box) {
            const Drawn median = read_series(svg, index++, letter);
            shape.lines.insert(shape.lines.end(), median.lines.begin(), median.lines.end());
        }
        // What stands in the legend: the first, or the last of points.
        if (!series.name.empty() && !shape.lines.empty()) {
            shape.lines.erase(series.style == demo::Style::points ? shape.lines.end() - 1
                                                                  : shape.lines.begin());
        }
        REQUIRE_FALSE(shape.lines.empty());
        const std::vector<Point> all = expected(panel, series);
        REQUIRE_FALSE(all.empty());
        const bool telling = series.style != demo::Style::bars &&
                             series.style != demo::Style::box &&
                             all.size() == series.x.size() * (has_area(series) ? 2 : 1);
        Axis here_x, here_y;
        for (const Point& point : all) here_x.values.add(point.x), here_y.values.add(point.y);
        for (const auto& line : shape.lines) {
            for (const Point& point : line) here_x.pixels.add(point.x), here_y.pixels.add(point.y);
        }
        if (telling && here_x.values.length() > x.values.length()) x = here_x;
        if (telling && here_y.values.length() > y.values.length()) y = here_y;
        drawn.push_back(std::move(shape));
    }
    // Where the panel says its ranges, they are those of the frame.
    const std::vector<Point> frame = frame_of(svg, letter);
    REQUIRE(frame.size() >= 4);
    const auto known = [](Axis& axis, const std::optional<demo::Range>& range, bool logarithmic,
                          double one, double other) {
        if (!range) return;
        axis = {};
        for (const double end : {range->low, range->high}) {
            axis.values.add(logarithmic ? std::log10(end) : end);
        }
        axis.pixels.add(one);
        axis.pixels.add(other);
    };
    known(x, panel.x_range, panel.log_x, frame[0].x, frame[2].x);
    known(y, panel.y_range, panel.log_y, frame[0].y, frame[2].y);
    REQUIRE(x.values.length() > 0);
    REQUIRE(y.values.length() > 0);
    for (std::size_t i = 0; i < panel.series.size(); ++i) {
        INFO("series '" << panel.series[i].name << "' of panel '" << panel.title << "'");
        for (const Point& point : expected(panel, panel.series[i])) {
            const Point pixel{x.at(point.x, false), y.at(point.y, true)};
            INFO("value (" << point.x << ", " << point.y << "), pixel (" << pixel.x << ", "
                           << pixel.y << ")");
            const double apart = distance(pixel, drawn[i]);
            if (!(apart < 1)) CHECK(apart < 1);
        }
    }
}

/// The colours in a PNG and how many pixels have them, as gnuplot reads it.
std::map<std::string, int> colours_in(const fs::path& png, const fs::path& folder) {
    const fs::path table = folder / "pixels";
    const tool::Ended read =
        run_program({tool::require_program("gnuplot"), "-d", "-e",
                     fmt::format("set table '{}'; plot '{}' binary filetype=png with rgbimage",
                                 table.string(), png.string())});
    INFO(read.output);
    REQUIRE(read.succeeded());
    std::map<std::string, int> colours;
    std::ifstream file(table);
    double x = 0, y = 0;
    int r = 0, g = 0, b = 0;
    for (std::string line; std::getline(file, line);) {
        if (std::sscanf(line.c_str(), "%lf %lf %d %d %d", &x, &y, &r, &g, &b) == 5) {
            ++colours[fmt::format("{} {} {}", r, g, b)];
        }
    }
    return colours;
}

void check_figure(const demo::Figure& figure, const fs::path& folder) {
    INFO("figure " << figure.name);
    REQUIRE_FALSE(figure.frames.empty());
    const demo::Picture& picture = figure.frames.back();
    const std::string svg = tool::read_file(
        tool::plot(figure, tool::PlotTerminal::svg, {1280, 720}, folder, figure.name));
    CHECK_THAT(svg, ContainsSubstring("viewBox=\"0 0 1280 720\""));
    const std::string text = text_in(svg);
    const auto shows = [&](const std::string& words) {
        CHECK_THAT(text, ContainsSubstring(with_single_blanks(words)));
    };
    shows(picture.title);
    std::set<std::string> colours;
    for (std::size_t i = 0; i < picture.panels.size(); ++i) {
        const demo::Panel& panel = picture.panels[i];
        shows(panel.title);
        shows(panel.x_label);
        shows(panel.y_label);
        for (const std::string& name : panel.x_names) shows(name);
        for (const demo::Series& series : panel.series) shows(series.name);
        const char letter = static_cast<char>('a' + static_cast<int>(i));
        if (panel.heat) {
            CHECK(panel.heat->size() > 0);
            CHECK(svg.find(fmt::format("<g id=\"gnuplot_plot_1{}\"", letter)) != svg.npos);
            continue;
        }
        CHECK_FALSE((panel.x_label.empty() && panel.x_names.empty()));
        CHECK_FALSE(panel.y_label.empty());
        check_values(panel, svg, letter);
        for (std::size_t k = 1; k <= panel.series.size(); ++k) {
            colours.insert(read_series(svg, k, letter).colour);
        }
    }

    const fs::path png =
        tool::plot(figure, tool::PlotTerminal::png, {640, 360}, folder, figure.name);
    const std::map<std::string, int> pixels = colours_in(png, folder);
    int all = 0;
    for (const auto& [colour, count] : pixels) all += count;
    CHECK(all == 640 * 360);
    for (const std::string& colour : colours) {
        INFO("colour " << colour);
        // Thin shapes are blended with what is beside them.
        const auto close = [&](const auto& pixel) {
            const std::vector<double> a = numbers(colour), b = numbers(pixel.first);
            return std::abs(a[0] - b[0]) + std::abs(a[1] - b[1]) + std::abs(a[2] - b[2]) < 90;
        };
        if (!colour.empty()) CHECK(std::any_of(pixels.begin(), pixels.end(), close));
    }
    CHECK(pixels.size() > 2);
}

}  // namespace

TEST_CASE("every lesson has a demo, whose pictures show what was computed", "[demo]") {
    const tool::Toolchain toolchain = tool::read_toolchain(course().build);
    for (const tool::Lesson& one : course().lessons) {
        INFO("lesson " << one.name);
        REQUIRE_FALSE(toolchain.parts_of(one.name).demo.empty());
        const tool::TemporaryFolder folder;
        const tool::Built built = tool::build_demo(toolchain, one, {}, folder.path());
        REQUIRE(built.ok);
        const tool::Computed computed =
            tool::compute_figures(built.recorder, course().root / "data", 1);
        INFO(computed.problem);
        REQUIRE(computed.figures);
        REQUIRE_FALSE(computed.figures->empty());
        for (const demo::Figure& figure : *computed.figures) check_figure(figure, folder.path());
    }
}

TEST_CASE("a demo writes the files that it names, in the size and folder asked for", "[demo]") {
    const ScratchKit kit;
    const fs::path out = kit.root() / "some folder's";
    const tool::Ended svg =
        kit.lab({"demo", "03", "--terminal", "svg", "--out", out.string(), "--size", "800x600"});
    INFO(svg.output);
    REQUIRE(svg.succeeded());
    CHECK_THAT(svg.output, ContainsSubstring("some folder's/03_gradient.svg"));
    CHECK_THAT(tool::read_file(out / "03_gradient.svg"),
               ContainsSubstring("viewBox=\"0 0 800 600\""));
    REQUIRE(kit.lab({"demo", "03", "--terminal", "gif", "--out", out.string()}).succeeded());
    CHECK(tool::read_file(out / "03_gradient.gif").rfind("GIF89a", 0) == 0);

    const auto picture = [&](const std::string& seed) {
        REQUIRE(kit.lab({"demo", "03", "--terminal", "svg", "--seed", seed, "--out", out.string()})
                    .succeeded());
        return tool::read_file(out / "03_gradient.svg");
    };
    const std::string first = picture("1");
    CHECK(picture("1") == first);
    CHECK(picture("2") != first);

    // Without a display: the terminal's own characters, and a file.
    unsetenv("DISPLAY");
    unsetenv("WAYLAND_DISPLAY");
    const tool::Ended usual = kit.lab({"demo", "02"});
    REQUIRE(usual.succeeded());
    CHECK_THAT(usual.output, ContainsSubstring("Scaled by 1/(1 - p)"));
    CHECK_THAT(usual.output, ContainsSubstring("######"));
    CHECK(fs::exists(kit.root() / "demos" / "02_mean_activation.png"));
}

TEST_CASE("a demo that cannot be drawn says why, and what helps", "[demo]") {
    const ScratchKit kit;
    const auto refuses = [&](std::vector<std::string> arguments, const std::string& reason) {
        arguments.insert(arguments.begin(), {"demo", "03"});
        const tool::Ended ended = kit.lab(arguments);
        CHECK(ended.code == 2);
        CHECK_THAT(ended.output, ContainsSubstring(reason));
    };
    refuses({"--terminal", "pdf"}, "--terminal takes qt, x11, svg, png, gif or dumb; got 'pdf'");
    refuses({"--size", "12"}, "--size takes WIDTHxHEIGHT");
    refuses({"--size", "100x100"}, "from 200x150");
    refuses({"--seed", "x"}, "seed");

    unsetenv("DISPLAY");
    unsetenv("WAYLAND_DISPLAY");
    refuses({"--terminal", "x11"}, "--terminal png");

    kit.write("a file", "");
    refuses({"--terminal", "svg", "--out", (kit.root() / "a file").string()}, "cannot write");
    kit.write("folder/03_gradient.svg/x", "");
    refuses({"--terminal", "svg", "--out", (kit.root() / "folder").string()}, "cannot write");
    const auto entries = fs::directory_iterator(kit.root() / "folder");
    CHECK(std::distance(begin(entries), end(entries)) == 1);

    const fs::path full = kit.root() / "full";
    fs::create_directory(full);
    if (mount("none", full.c_str(), "tmpfs", 0, "size=4k") == 0) {
        refuses({"--terminal", "svg", "--out", full.string()}, "No space left on device");
        CHECK(fs::is_empty(full));
        umount(full.c_str());
    }

    // Programs of this test's own in place of gnuplot.
    const std::string path = std::getenv("PATH");
    kit.write("bin/gnuplot", "#!/bin/sh\necho svg dumb\n");
    fs::permissions(kit.root() / "bin" / "gnuplot", fs::perms::owner_all);
    setenv("PATH", ((kit.root() / "bin").string() + ":" + path).c_str(), 1);
    refuses({"--terminal", "png"}, "this gnuplot has no terminal 'png'");
    refuses({"--terminal", "svg"}, "gnuplot could not draw");
    fs::remove(kit.root() / "bin" / "gnuplot");
    for (const char* program : {"c++", "g++", "gcc", "ld", "as", "mold", "ld.mold", "collect2"}) {
        const std::string found = tool::find_program(program);
        if (!found.empty()) fs::create_symlink(found, kit.root() / "bin" / program);
    }
    setenv("PATH", (kit.root() / "bin").c_str(), 1);
    refuses({"--terminal", "svg"}, "gnuplot");
    setenv("PATH", path.c_str(), 1);
}

TEST_CASE("a demo of a student's own code draws it, or reports it as check does", "[demo]") {
    const ScratchKit kit;
    const fs::path source = kit.source(lesson("03"));
    const auto demo = [&](const std::string& body) {
        if (!body.empty()) {
            std::ofstream(source) << "#include \"dropout_backward.h\"\nnamespace lab {\n"
                                     "Matrix dropout_backward(const Matrix& grad_output, const "
                                     "Matrix& mask, double p) {\n"
                                  << body << "\n}\n}\n";
        }
        return kit.lab({"demo", "03", "--mine", "--terminal", "svg"});
    };
    const tool::Ended stub = demo("");
    CHECK(stub.code == 1);
    CHECK_THAT(stub.output, ContainsSubstring("Not started yet"));

    const tool::Ended wrong = demo("(void)mask; return grad_output * float(p);");
    CHECK(wrong.code == 0);  // a picture of it is what it is for
    CHECK(fs::exists(kit.root() / "demos" / "03_gradient.svg"));

    const tool::Ended crashed = demo(
        "(void)mask; (void)p; volatile int* n = nullptr; *n = 1; "
        "return grad_output;");
    CHECK(crashed.code == 1);
    CHECK_THAT(crashed.output, ContainsSubstring("your code crashed"));
    CHECK_THAT(crashed.output, ContainsSubstring("dropout_backward.cpp:4"));

    const tool::Ended threw = demo("(void)mask; (void)p; throw 1; return grad_output;");
    CHECK(threw.code == 1);
    CHECK_THAT(threw.output, ContainsSubstring("your code threw"));

    const tool::Ended ended = demo("(void)mask; (void)p; exit(0); return grad_output;");
    CHECK(ended.code == 1);
    CHECK_THAT(ended.output, ContainsSubstring("ended before it had any figures"));

    const tool::Ended nonsense = demo("nonsense");
    CHECK(nonsense.code == 1);
    CHECK_THAT(nonsense.output, ContainsSubstring("dropout_backward.cpp:4"));
}

TEST_CASE("figures with odd numbers and names are drawn without a word of theirs being obeyed",
          "[demo]") {
    const tool::TemporaryFolder folder;
    const std::string trap = "it's `touch " + (folder.path() / "trap").string() + "`\n\"$(id)\" %s";
    demo::Series series{trap, demo::Role::l2, demo::Style::line, {0, 1, 2}, {1, NAN, INFINITY}};
    demo::Series short_one{trap, demo::Role::l2, demo::Style::line, {0, 1, 2}, {1}};
    demo::Panel panel{.title = trap,
                      .x_label = trap,
                      .y_label = trap,
                      .series = {series, short_one},
                      .x_names = {trap}};
    demo::Panel empty{.title = "nothing", .x_label = "", .y_label = ""};
    demo::Panel heat{
        .title = "heat", .x_label = "", .y_label = "", .heat = Matrix::Constant(2, 2, NAN)};
    demo::Panel no_heat{.title = "none", .x_label = "", .y_label = "", .heat = Matrix(0, 0)};
    const demo::Figure figure{"odd", {{trap, {panel, empty, heat, no_heat}}}};
    for (const auto terminal : {tool::PlotTerminal::svg, tool::PlotTerminal::png}) {
        CHECK(fs::exists(tool::plot(figure, terminal, {}, folder.path(), "odd")));
    }
    CHECK_FALSE(fs::exists(folder.path() / "trap"));
    CHECK_THAT(text_in(tool::read_file(folder.path() / "odd.svg")),
               ContainsSubstring("it's `touch"));
}

TEST_CASE("a comparison is drawn as yours, what is right, and the difference", "[demo]") {
    Matrix yours(2, 3), right(2, 3);
    yours << 1, 2, 3, 4, 5, 6;
    right << 1, 2, 3, 4, 5, 8;
    const demo::Figure figure = tool::side_by_side({yours, right, "LibTorch"}, "a test");
    REQUIRE(figure.frames.size() == 1);
    const auto& panels = figure.frames[0].panels;
    REQUIRE(panels.size() == 3);
    CHECK(*panels[0].heat == yours);
    CHECK(*panels[1].heat == right);
    CHECK(*panels[2].heat == yours - right);
    CHECK(panels[1].title == "LibTorch");

    const demo::Figure row =
        tool::side_by_side({yours.topRows(1), right.topRows(1), "LibTorch"}, "a test");
    REQUIRE(row.frames[0].panels.size() == 1);
    CHECK(row.frames[0].panels[0].series.size() == 2);

    const tool::TemporaryFolder folder;
    check_figure(figure, folder.path());
    check_figure(row, folder.path());
}
