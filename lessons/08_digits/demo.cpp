// Four recipes on the digits: training and test error over epochs, mean and spread over seeds.
#include "demo.h"

#include <cmath>

#include "digits_experiment.h"

namespace lab::demo {
namespace {

constexpr std::size_t seeds = 12;
constexpr Role roles[] = {Role::none, Role::l2, Role::dropout, Role::input_dropout};

/// Mean and standard deviation over the seeds, in percent.
struct Curve {
    Series mean, band;
};

Curve over_seeds(const std::vector<Curves>& runs, std::vector<double> Curves::*errors,
                 const std::string& name, Role role) {
    Curve curve{{name, role, Style::line, {}, {}}, {"", role, Style::band, {}, {}}};
    const auto n = static_cast<double>(runs.size());
    for (std::size_t k = 0; k < runs.front().epochs.size(); ++k) {
        double sum = 0, squares = 0;
        for (const Curves& run : runs) {
            const double percent = 100 * (run.*errors).at(k);
            sum += percent;
            squares += percent * percent;
        }
        const double mean = sum / n;
        const double deviation = std::sqrt(std::max(0.0, (squares - sum * mean) / (n - 1)));
        const double epoch = runs.front().epochs[k];
        curve.mean.x.push_back(epoch);
        curve.mean.y.push_back(mean);
        curve.band.x.push_back(epoch);
        curve.band.low.push_back(mean - deviation);
        curve.band.high.push_back(mean + deviation);
    }
    return curve;
}

/// Training and test error, on the arm's images.
Picture picture(const std::string& finding, const Arm& arm, const Digits& digits,
                const Setting& setting, double from, double to) {
    const auto& recipes = digits_recipes;
    std::vector<std::vector<Curves>> runs(recipes.size(), std::vector<Curves>(seeds));
    in_parallel(
        recipes.size() * seeds,
        [&](std::size_t i) {
            const std::size_t recipe = i % recipes.size(), seed = i / recipes.size();
            runs[recipe][seed] =
                run_digits(recipes[recipe], setting.seed + seed, digits, arm, arm.epochs / 20);
        },
        setting, from, to);

    Panel training{.title = "Training images, as they are labelled",
                   .x_label = "epoch",
                   .y_label = "error (%)",
                   .x_range = Range{0, static_cast<double>(arm.epochs)},
                   .y_range = Range{0, 35}};
    Panel test = training;
    test.title = "Test images";
    for (std::size_t i = 0; i < recipes.size(); ++i) {
        const Curve seen = over_seeds(runs[i], &Curves::training, recipes[i].name, roles[i]);
        const Curve unseen = over_seeds(runs[i], &Curves::test, recipes[i].name, roles[i]);
        // Bands first: nothing lies over a line.
        training.series.insert(training.series.begin(), seen.band);
        training.series.push_back(seen.mean);
        test.series.insert(test.series.begin(), unseen.band);
        test.series.push_back(unseen.mean);
    }
    return {finding + " (12 seeds, mean ± standard deviation)", {training, test}};
}

}  // namespace

std::vector<Figure> figures(const Setting& setting) {
    const Digits digits = load_digits(setting.data / "digits.csv");
    return {{"noisy",
             {picture("A fifth of the labels is wrong: dropout wins", noisy_arm, digits, setting, 0,
                      0.5)}},
            {"clean",
             {picture("All labels are right: there is little to gain", clean_arm, digits, setting,
                      0.5, 1)}}};
}

}  // namespace lab::demo
