#include "plot.h"

#include <fmt/format.h>
#include <gnuplot-iostream.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <array>
#include <cmath>
#include <csignal>
#include <cstdlib>
#include <fstream>

#include "course.h"
#include "error.h"
#include "folder.h"
#include "process.h"
#include "programs.h"
#include "text.h"

namespace lab::tool {
namespace fs = std::filesystem;
namespace {

using demo::Panel;
using demo::Picture;
using demo::Role;
using demo::Series;
using demo::Style;

const std::vector<std::string>& terminal_names() {
    static const std::vector<std::string> names{"qt", "x11", "svg", "png", "gif", "dumb"};
    return names;
}

bool is_window(PlotTerminal terminal) {
    return terminal == PlotTerminal::qt || terminal == PlotTerminal::x11;
}

/// The palette of Okabe and Ito (2008), which colour-blind people can tell apart, with two dark
/// tones of Tol's "muted" scheme for what never meets its neighbours.
const char* colour_of(Role role) {
    switch (role) {
        case Role::data:
            return "#000000";
        case Role::truth:
            return "#8a8a8a";
        case Role::none:
            return "#0072b2";
        case Role::l2:
            return "#e69f00";
        case Role::dropout:
            return "#009e73";
        case Role::input_dropout:
            return "#cc79a7";
        case Role::training:
            return "#d55e00";
        case Role::evaluation:
            return "#56b4e9";
        case Role::sgd:
            return "#332288";
        case Role::adamw:
            return "#882255";
        case Role::misplaced:
            return "#661100";
    }
    return "#000000";
}

/// gnuplot's number of a point's form: not only the colour tells the roles apart.
int point_of(Role role) {
    switch (role) {
        case Role::data:
            return 7;  // a full circle
        case Role::training:
            return 6;  // an empty circle
        case Role::l2:
            return 5;
        case Role::dropout:
            return 9;
        case Role::input_dropout:
            return 13;
        case Role::evaluation:
            return 2;
        default:
            return 7;
    }
}

/// A gnuplot expression that gives this text. In single quotes nothing but the quote is special.
std::string gnuplot_text(std::string_view text) {
    std::string result = "'";
    for (const char c : printable(text)) {
        if (c == '\'') result += "''";
        else if (c == '\n') result += "'.\"\\n\".'";
        else result += c;
    }
    return result + "'";
}

std::string number(double value) {
    return std::isfinite(value) ? fmt::format("{:.9g}", value) : "NaN";
}

std::string range(const std::optional<demo::Range>& range) {
    const bool usable = range && std::isfinite(range->low) && std::isfinite(range->high) &&
                        range->low < range->high;
    return usable ? fmt::format("[{}:{}]", number(range->low), number(range->high)) : "[*:*]";
}

/// Series whose columns have one length, as they promise.
std::vector<Series> complete(const std::vector<Series>& all) {
    std::vector<Series> result;
    for (const Series& one : all) {
        const bool area = one.style == Style::band || one.style == Style::box;
        const bool middle = one.style != Style::band;
        if ((!middle || one.y.size() == one.x.size()) &&
            (!area || (one.low.size() == one.x.size() && one.high.size() == one.x.size())) &&
            !one.x.empty()) {
            result.push_back(one);
        }
    }
    return result;
}

bool is_mask(const Matrix& heat) { return (heat.array() == 0.0F || heat.array() == 1.0F).all(); }

/// Writes gnuplot's commands for one picture.
class Script {
public:
    Script(std::ostream& out, PlotTerminal terminal, PlotSize size)
        : out_(out), terminal_(terminal), size_(size) {}

    /// The size of ordinary letters, in gnuplot's points: readable from the last row.
    int font() const {
        return std::max(6, std::min(size_.width * 20 / 1280, size_.height * 20 / 720));
    }

    void draw(const Picture& picture) {
        if (terminal_ == PlotTerminal::dumb) {
            // Its characters cannot share the screen: one panel below the other.
            for (const Panel& panel : picture.panels) draw(panel, panel.title);
            return;
        }
        largest_ = 0;
        for (const Panel& panel : picture.panels) {
            if (!panel.heat || is_mask(*panel.heat)) continue;
            for (const float value : panel.heat->reshaped()) {
                if (std::isfinite(value)) largest_ = std::max(largest_, std::abs(value));
            }
        }
        if (largest_ == 0) largest_ = 1;
        columns_ = static_cast<int>(std::max<std::size_t>(picture.panels.size(), 1));
        column_ = 0;
        out_ << fmt::format("set multiplot layout 1,{} title {} font ',{}'\n", columns_,
                            gnuplot_text(wrapped_to(picture.title, size_.width, font() * 6 / 5)),
                            font() * 6 / 5);
        for (const Panel& panel : picture.panels) {
            draw(panel, wrapped_to(panel.title, size_.width / columns_, font()));
            ++column_;
        }
        out_ << "unset multiplot\n";
    }

private:
    static std::string wrapped_to(const std::string& text, int pixels, int points) {
        return wrapped(text, static_cast<std::size_t>(std::max(12.0, pixels / (0.75 * points))));
    }

    void draw(const Panel& panel, const std::string& title) {
        const int small = font() * 4 / 5;
        out_ << "reset\nset datafile missing 'NaN'\nset border lw 1.5\n";
        out_ << fmt::format("set title {} font ',{}'\n", gnuplot_text(title), font());
        const double nearer = terminal_ == PlotTerminal::dumb ? 0 : 0.6;
        out_ << fmt::format("set xlabel {} offset 0,{} font ',{}'\nset ylabel {} font ',{}'\n",
                            gnuplot_text(panel.x_label), nearer, small, gnuplot_text(panel.y_label),
                            small);
        out_ << fmt::format("set tics font ',{}' nomirror\n", small);
        out_ << fmt::format("set key {} center horizontal samplen 4 font ',{}'\n",
                            terminal_ == PlotTerminal::dumb ? "tmargin" : "bmargin", small);
        if (panel.heat) draw(*panel.heat);
        else draw_series(panel);
    }

    void draw(const Matrix& heat) {
        const bool mask = is_mask(heat);
        if (terminal_ == PlotTerminal::dumb) return draw_as_text(heat, mask);
        out_ << "$heat << EOD\n";
        for (Index i = 0; i < heat.rows(); ++i) {
            for (Index j = 0; j < heat.cols(); ++j) {
                out_ << (j > 0 ? " " : "") << number(heat(i, j));
            }
            out_ << '\n';
        }
        // Alike in size, with or without a colour bar beside it.
        const auto at = [&](double share) { return (column_ + share) / columns_; };
        out_ << fmt::format(
            "EOD\nunset key\nset tics scale 0\nset lmargin at screen {}\nset rmargin at screen "
            "{}\n",
            at(0.27), at(0.84));
        out_ << fmt::format("set xtics {}\nset ytics {}\n", tic_step(heat.cols()),
                            tic_step(heat.rows()));
        out_ << fmt::format("set xrange [-0.5:{}.5]\nset yrange [{}.5:-0.5]\n", heat.cols() - 1,
                            heat.rows() - 1);
        if (mask) {
            out_
                << "set palette maxcolors 2 defined (0 '#ffffff', 1 '#333333')\nset cbrange [0:1]\n"
                   "unset colorbox\n";
        } else {
            out_ << "set palette maxcolors 41 defined (-1 '#0072b2', 0 '#ffffff', 1 '#d55e00')\n";
            out_ << fmt::format("set cbrange [{}:{}]\n", number(-largest_), number(largest_));
        }
        if (heat.size() > 0) out_ << "plot $heat matrix with image pixels\n";
    }

    /// A mask's units as #; other numbers as they are, or rounded where there is little room.
    void draw_as_text(const Matrix& heat, bool mask) {
        out_ << fmt::format("set xrange [-1:{}]\nset yrange [{}:-1]\nunset key\nset tics 1\n",
                            heat.cols(), heat.rows());
        if (heat.size() == 0) return;
        const char* form = heat.cols() <= 8 ? "%.2f" : "%.0f";
        out_ << "$text << EOD\n";
        for (Index i = 0; i < heat.rows(); ++i) {
            for (Index j = 0; j < heat.cols(); ++j) {
                std::array<char, 32> text{};
                std::snprintf(text.data(), text.size(), form, static_cast<double>(heat(i, j)));
                out_ << fmt::format("{} {} {}\n", j, i,
                                    heat(i, j) == 0.0F ? "."
                                    : mask             ? "#"
                                                       : text.data());
            }
        }
        out_ << "EOD\nplot $text using 1:2:3 with labels\n";
    }

    /// At most eight numbers along an axis.
    static Index tic_step(Index entries) { return std::max<Index>(1, (entries + 7) / 8); }

    void data(std::size_t index, const Series& series) {
        out_ << fmt::format("$data{} << EOD\n", index);
        const auto at = [](const std::vector<double>& values, std::size_t i) {
            return number(i < values.size() ? values[i] : NAN);
        };
        for (std::size_t i = 0; i < series.x.size(); ++i) {
            out_ << fmt::format("{} {} {} {}\n", at(series.x, i), at(series.y, i),
                                at(series.low, i), at(series.high, i));
        }
        out_ << "EOD\n";
    }

    void draw_series(const Panel& panel) {
        const std::vector<Series> all = complete(panel.series);
        if (all.empty()) return;
        out_ << "set grid ytics lc '#dddddd' lw 1\nset style fill solid 0.5 noborder\n";
        out_ << "set xrange " << range(panel.x_range) << "\nset yrange " << range(panel.y_range)
             << '\n';
        if (panel.log_x) out_ << "set logscale x\n";
        if (panel.log_y) out_ << "set logscale y\n";
        if (!panel.x_names.empty()) {
            out_ << "set bmargin 5\nset xtics (";  // room for three lines
            for (std::size_t i = 0; i < panel.x_names.size(); ++i) {
                out_ << (i > 0 ? ", " : "") << gnuplot_text(panel.x_names[i]) << ' ' << i;
            }
            out_ << ")\n";
        }
        bool boxes = false;
        for (std::size_t i = 0; i < all.size(); ++i) {
            data(i, all[i]);
            boxes = boxes || all[i].style == Style::box;
        }
        out_ << (boxes ? "set boxwidth 0.5\n" : "set boxwidth 0.9 relative\n");
        out_ << "plot ";
        for (std::size_t i = 0; i < all.size(); ++i)
            out_ << (i > 0 ? ", " : "") << drawn(i, all[i]);
        out_ << '\n';
    }

    static std::string drawn(std::size_t index, const Series& series) {
        const std::string colour = colour_of(series.role);
        const std::string title =
            series.name.empty() ? "notitle" : "title " + gnuplot_text(series.name);
        const auto with = [&](const char* columns, const std::string& how) {
            return fmt::format("$data{} using {} with {} lc rgb '{}' ", index, columns, how,
                               colour);
        };
        switch (series.style) {
            case Style::line:
                return with("1:2", "lines lw 3") + title;
            case Style::dashed:
                return with("1:2", "lines lw 3 dt 2") + title;
            case Style::points:
                return with("1:2",
                            fmt::format("points ps {} pt {}", series.x.size() > 200 ? 0.6 : 1.3,
                                        point_of(series.role))) +
                       title;
            case Style::bars:
                return with("1:2", "boxes") + title;
            case Style::band:
                return with("1:3:4", "filledcurves fs transparent solid 0.2 noborder") + title;
            case Style::box:
                return with("1:3:3:4:4", "candlesticks fs solid 0.35 border lw 2") + title + ", " +
                       with("1:2:2:2:2", "candlesticks lw 5") + "notitle";
        }
        return with("1:2", "lines") + title;
    }

    std::ostream& out_;
    PlotTerminal terminal_;
    PlotSize size_;
    int columns_ = 1, column_ = 0;
    float largest_ = 1;  ///< of the picture's heat maps, which share their colours
};

std::string ending_of(PlotTerminal terminal) {
    return terminal == PlotTerminal::svg ? ".svg" : terminal == PlotTerminal::png ? ".png" : ".gif";
}

/// How many lines of characters a panel takes: a heat map has one for each row.
Index lines_of(const demo::Figure& figure) {
    Index lines = 24;
    for (const Panel& panel : figure.frames.back().panels) {
        if (panel.heat) lines = std::max(lines, panel.heat->rows() + 9);
    }
    return std::min<Index>(lines, 60);
}

/// gnuplot's own name of the terminal, and its options.
std::string set_terminal(PlotTerminal terminal, PlotSize size, int font, const std::string& title,
                         Index lines) {
    const std::string shape = fmt::format("size {},{}", size.width, size.height);
    const std::string look =
        fmt::format("{} font 'DejaVu Sans,{}' noenhanced background '#ffffff'", shape, font);
    switch (terminal) {
        case PlotTerminal::qt:
            return fmt::format("qt {} font 'DejaVu Sans,{}' noenhanced title {}", shape, font,
                               gnuplot_text(title));
        case PlotTerminal::x11:
            return fmt::format("x11 {} noenhanced title {}", shape, gnuplot_text(title));
        case PlotTerminal::svg:
            return "svg " + look;
        case PlotTerminal::png:
            return "pngcairo " + look;
        case PlotTerminal::gif:
            return fmt::format("gif truecolor animate delay 10 {} font 'DejaVuSans,{}' noenhanced",
                               shape, font * 3 / 4);
        case PlotTerminal::dumb: {
            winsize here{};
            const bool known = ioctl(STDOUT_FILENO, TIOCGWINSZ, &here) == 0 && here.ws_col >= 40;
            return fmt::format("dumb noenhanced size {},{}", known ? here.ws_col : 79, lines);
        }
    }
    return "dumb";
}

std::string gnuplot_says(const std::vector<std::string>& arguments) {
    Command command;
    command.arguments = arguments;
    command.arguments.insert(command.arguments.begin(), require_program("gnuplot"));
    command.environment = inherited_environment();
    command.limits.wall_seconds = 20;
    command.limits.output_bytes = command.limits.output_kept = 1u << 20;
    return run(command).output;
}

bool gnuplot_has(PlotTerminal terminal) {
    const std::string name = terminal == PlotTerminal::png
                                 ? "pngcairo"
                                 : terminal_names()[static_cast<std::size_t>(terminal)];
    // " canvas cgm … svg tek40xx …"
    static const std::string all = gnuplot_says({"-d", "-e", "print GPVAL_TERMINALS"});
    return (" " + all + " ").find(" " + name + " ") != std::string::npos ||
           all.find(" " + name + "\n") != std::string::npos;
}

bool there_is_a_display() {
    for (const char* variable : {"DISPLAY", "WAYLAND_DISPLAY"}) {
        const char* value = std::getenv(variable);
        if (value && *value) return true;
    }
    return false;
}

std::string shell_quoted(const std::string& text) {
    std::string result = "'";
    for (const char c : text) result += c == '\'' ? "'\\''" : std::string(1, c);
    return result + "'";
}

}  // namespace

PlotTerminal plot_terminal(const std::string& name) {
    const auto& names = terminal_names();
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end()) {
        throw KitError(
            fmt::format("--terminal takes qt, x11, svg, png, gif or dumb; got '{}'", name));
    }
    return static_cast<PlotTerminal>(found - names.begin());
}

PlotSize plot_size(const std::string& text) {
    PlotSize size;
    int used = 0;
    const bool read = std::sscanf(text.c_str(), "%4dx%4d%n", &size.width, &size.height, &used) == 2;
    if (!read || static_cast<std::size_t>(used) != text.size() || size.width < 200 ||
        size.height < 150) {
        throw KitError(fmt::format(
            "--size takes WIDTHxHEIGHT in pixels, from 200x150 to 9999x9999, such as 1280x720; got "
            "'{}'",
            text));
    }
    return size;
}

std::vector<PlotTerminal> usual_terminals() {
    if (there_is_a_display()) {
        for (const PlotTerminal terminal : {PlotTerminal::qt, PlotTerminal::x11}) {
            if (gnuplot_has(terminal)) return {terminal};
        }
    }
    return {PlotTerminal::dumb, PlotTerminal::png};
}

demo::Figure side_by_side(const Comparison& comparison, const std::string& title) {
    const auto& [yours, target, target_name] = comparison;
    const bool same_shape = yours.rows() == target.rows() && yours.cols() == target.cols();
    if (same_shape && (yours.rows() == 1 || yours.cols() == 1)) {
        const auto series = [](const std::string& name, Role role, Style style,
                               const Matrix& values) {
            Series result{name, role, style, {}, {}};
            for (Index i = 0; i < values.size(); ++i) {
                result.x.push_back(static_cast<double>(i));
                result.y.push_back(values.data()[i]);
            }
            return result;
        };
        return {"yours",
                {{title,
                  {{.title = "",
                    .x_label = "entry",
                    .y_label = "value",
                    .series = {series(target_name, Role::truth, Style::line, target),
                               series("yours", Role::training, Style::points, yours)}}}}}};
    }
    const auto panel = [](const std::string& name, const Matrix& values) {
        return Panel{.title = name, .x_label = "column", .y_label = "row", .heat = values};
    };
    Picture picture{title, {panel("yours", yours), panel(target_name, target)}};
    if (same_shape && !is_mask(target)) {
        picture.panels.push_back(panel("yours - " + target_name, yours - target));
    }
    return {"yours", {picture}};
}

fs::path plot(const demo::Figure& figure, PlotTerminal terminal, PlotSize size,
              const fs::path& folder, const std::string& name) {
    const std::string gnuplot = require_program("gnuplot");
    const std::string& shown = terminal_names()[static_cast<std::size_t>(terminal)];
    if (!gnuplot_has(terminal)) {
        throw KitError(fmt::format(
            "this gnuplot has no terminal '{}'; {}", shown,
            is_window(terminal)
                ? "install the package gnuplot-qt, or say --terminal png to write a file"
                : "--terminal svg, png, gif and dumb are those of Debian's gnuplot"));
    }
    if (is_window(terminal) && !there_is_a_display()) {
        throw KitError(fmt::format(
            "there is no display for --terminal {}; --terminal png writes a file", shown));
    }
    const bool to_file = !is_window(terminal) && terminal != PlotTerminal::dumb;
    if (figure.frames.empty()) return {};

    const TemporaryFolder here;
    const fs::path drawn = here.path() / "figure", errors = here.path() / "errors";
    std::signal(SIGPIPE, SIG_IGN);
    {
        Gnuplot script(fmt::format("{0} -d {1} 2>{2} || echo failed >>{2}", shell_quoted(gnuplot),
                                   is_window(terminal) ? "-persist" : "",
                                   shell_quoted(errors.string())));
        Script writer(script, terminal, size);
        script << "set terminal "
               << set_terminal(terminal, size, writer.font(), name, lines_of(figure)) << '\n';
        if (to_file) script << "set output " << gnuplot_text(drawn.string()) << '\n';
        const bool all_frames = is_window(terminal) || terminal == PlotTerminal::gif;
        const std::size_t first = all_frames ? 0 : figure.frames.size() - 1;
        for (std::size_t i = first; i < figure.frames.size(); ++i) {
            writer.draw(figure.frames[i]);
            if (is_window(terminal) && i + 1 < figure.frames.size()) script << "pause 0.1\n";
        }
        if (to_file) script << "unset output\n";
        script.flush();
    }  // waits for gnuplot
    const std::string said = read_file(errors);
    std::error_code none;
    if (to_file && (!fs::exists(drawn) || fs::file_size(drawn, none) == 0)) {
        throw KitError(fmt::format("gnuplot could not draw {}: {}", name,
                                   said.empty() ? "it wrote nothing" : printable(said)));
    }
    if (said.find("failed\n") != std::string::npos) {
        throw KitError(fmt::format("gnuplot could not draw {}: {}", name, printable(said)));
    }
    if (!to_file) return {};
    const fs::path file = folder / (name + ending_of(terminal));
    write_file(file, read_file(drawn));
    return file;
}

}  // namespace lab::tool
