// Draws a figure with gnuplot. What is in a figure may come from a student's process: its words are
// quoted for gnuplot, and its numbers are checked before they are used.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "demo.h"
#include "judge.h"

namespace lab::tool {

enum class PlotTerminal { qt, x11, svg, png, gif, dumb };

struct PlotSize {
    int width = 1280;
    int height = 720;
};

/// "svg" and the like. Errors: KitError that lists what there is.
PlotTerminal plot_terminal(const std::string& name);

/// "1280x720". Errors: KitError that says the form and the limits.
PlotSize plot_size(const std::string& text);

/// Where to draw when nobody says: in a window where there is a display and gnuplot can open one,
/// else as text and into a png.
std::vector<PlotTerminal> usual_terminals();

/// The student's matrix beside the right one, and where they differ. Single rows and columns are
/// drawn as points. `title` says what was found.
demo::Figure side_by_side(const Comparison& comparison, const std::string& title);

/// Draws the figure: in a window of its own, as text on standard output (dumb), or into
/// FOLDER/NAME.svg, .png or .gif, which is made or replaced in one step. A file other than a gif
/// shows the last of several frames. Returns the file; empty when there is none.
///
/// Errors: KitError when gnuplot is not installed, does not have the terminal, has no display, or
///         says that something is wrong; when the folder or the file cannot be written.
std::filesystem::path plot(const demo::Figure& figure, PlotTerminal terminal, PlotSize size,
                           const std::filesystem::path& folder, const std::string& name);

}  // namespace lab::tool
