// The article's network by four recipes: the fit as it is trained, forty seeds, and the loss.
#include "demo.h"

#include <cmath>

#include "article_experiment.h"
#include "read_csv.h"
#include "train_eval.h"

namespace lab::demo {
namespace {

constexpr int epochs = 3000, frames = 30;
constexpr std::size_t seeds = 40;

const std::vector<std::pair<Recipe, Role>>& recipes() {
    static const std::vector<std::pair<Recipe, Role>> all{
        {{"nothing"}, Role::none},
        {{"L2 on everything", 0, 0.01, true}, Role::l2},
        {{"L2 on weights", 0, 0.01}, Role::l2},
        {{"dropout 0.4", 0.4}, Role::dropout},
    };
    return all;
}

struct Data {
    Matrix x, y;
};

std::vector<double> column(const Matrix& values) {
    return {values.data(), values.data() + values.size()};
}

std::string one_decimal(double value) {
    const long tenths = std::lround(value * 10);
    return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10);
}

/// One training that is watched.
struct Watched {
    Series loss;
    std::vector<Series> fits;  ///< one for each frame
};

Watched watch(const Recipe& recipe, Role role, std::uint64_t seed, const Data& data) {
    Watched watched{{recipe.name, role, Style::line, {}, {}}, {}};
    nn::Sequential network = article_network(recipe, seed);
    std::vector<AdamState> states;
    const Matrix points = evaluation_points(data.x, 200);
    double sum = 0;
    for (int epoch = 1; epoch <= epochs; ++epoch) {
        sum += train_epoch(network, data.x, data.y, states,
                           {.lr = 0.005, .weight_decay = recipe.weight_decay}) /
               static_cast<double>(data.x.rows());
        if (epoch % 30 == 0) {
            watched.loss.x.push_back(epoch);
            watched.loss.y.push_back(sum / 30);
            sum = 0;
        }
        if (epoch % (epochs / frames) == 0) {
            watched.fits.push_back(
                {recipe.name, role, Style::line, column(points), column(predict(network, points))});
        }
    }
    return watched;
}

/// The first seed from `seed` on with which no recipe's network dies.
std::uint64_t living(std::uint64_t seed, const Data& data) {
    const auto lives = [&](const auto& recipe) {
        return !run_article(recipe.first, seed, data.x, data.y).collapsed;
    };
    while (!std::all_of(recipes().begin(), recipes().end(), lives)) ++seed;
    return seed;
}

std::vector<Figure> fit_and_loss(const Setting& setting, const Data& data) {
    const std::uint64_t seed = living(setting.seed, data);
    std::vector<Watched> all;
    for (const std::size_t i : {0, 1, 3}) {
        all.push_back(watch(recipes()[i].first, recipes()[i].second, seed, data));
    }
    const Matrix points = evaluation_points(data.x, 200);
    const Series samples{"samples", Role::data, Style::points, column(data.x), column(data.y)};
    const Series truth{"y = x²", Role::truth, Style::dashed, column(points),
                       column(points.cwiseAbs2())};
    Figure fit{"fit", {}};
    for (std::size_t frame = 0; frame < frames; ++frame) {
        Picture picture{"Ten points: L2 keeps to the parabola, dropout misses it (epoch " +
                            std::to_string((frame + 1) * epochs / frames) + ")",
                        {}};
        for (const Watched& one : all) {
            picture.panels.push_back({.title = one.loss.name,
                                      .x_label = "x",
                                      .y_label = "y",
                                      .series = {truth, one.fits[frame], samples},
                                      .x_range = Range{0, 11},
                                      .y_range = Range{-5, 110}});
        }
        fit.frames.push_back(picture);
    }
    Panel losses{.title = "As training sees it: one sample a step, dropout on",
                 .x_label = "epoch",
                 .y_label = "mean squared error",
                 .log_y = true};
    for (const Watched& one : all) losses.series.push_back(one.loss);
    return {fit,
            {"loss",
             {{"A small training loss is no good fit, and a restless one no scatter", {losses}}}}};
}

/// Forty seeds for each recipe, and the quartiles as `compare` gives them.
Figure forty_seeds(const Setting& setting, const Data& data) {
    std::vector<Recipe> all;
    for (const auto& [recipe, role] : recipes()) all.push_back(recipe);
    std::vector<std::uint64_t> numbers(seeds);
    for (std::size_t i = 0; i < seeds; ++i) numbers[i] = setting.seed + i;

    // Trained on all processors first; compare then asks for what became of each.
    std::vector<Run> runs(all.size() * seeds);
    in_parallel(
        runs.size(),
        [&](std::size_t i) {
            runs[i] = run_article(all[i / seeds], numbers[i % seeds], data.x, data.y);
        },
        setting, 0.1, 1);
    const std::vector<Summary> summaries =
        compare(all, numbers, [&](const Recipe& recipe, std::uint64_t seed) {
            const auto same = [&](const Recipe& one) { return one.name == recipe.name; };
            const auto which = std::find_if(all.begin(), all.end(), same) - all.begin();
            return runs.at(static_cast<std::size_t>(which) * seeds + (seed - setting.seed));
        });

    Panel panel{.title = "Boxes: the middle half of the runs that live, with the median",
                .x_label = "",
                .y_label = "mean squared error to x²",
                .x_range = Range{-0.6, static_cast<double>(all.size()) - 0.4},
                .log_y = true};
    for (std::size_t i = 0; i < summaries.size(); ++i) {
        const Summary& summary = summaries[i];
        const auto x = static_cast<double>(i);
        const Role role = recipes()[i].second;
        panel.series.push_back({"",
                                role,
                                Style::box,
                                {x},
                                {summary.median},
                                {summary.lower_quartile},
                                {summary.upper_quartile}});
        Series dots{"", role, Style::points, {}, {}};
        for (std::size_t k = 0; k < seeds; ++k) {
            const Run& run = runs[i * seeds + k];
            if (run.collapsed) continue;
            dots.x.push_back(x + 0.32 + 0.004 * static_cast<double>(k % 10));
            dots.y.push_back(run.error);
        }
        panel.series.push_back(dots);
        panel.x_names.push_back(summary.recipe + "\nmedian " + one_decimal(summary.median) + "\n" +
                                std::to_string(summary.collapsed) + " of " +
                                std::to_string(summary.runs) + " collapsed");
    }
    return {"seeds",
            {{"Over forty seeds L2 helps and dropout hurts, on these ten points", {panel}}}};
}

}  // namespace

std::vector<Figure> figures(const Setting& setting) {
    const Matrix table = read_csv(setting.data / "parabola.csv", 2);
    const Data data{table.col(0), table.col(1)};
    std::vector<Figure> all = fit_and_loss(setting, data);
    setting.progress(0.1);
    all.push_back(forty_seeds(setting, data));
    return all;
}

}  // namespace lab::demo
