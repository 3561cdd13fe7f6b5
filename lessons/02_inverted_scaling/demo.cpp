// The mean activation in training and in evaluation, with and without the scaling.
#include "demo.h"

#include "inverted_scaling.h"

namespace lab::demo {
namespace {

constexpr int units = 50, draws = 200;

Matrix drawn_mask(double p, Rng& rng) {
    std::bernoulli_distribution kept(1 - p);
    return Matrix::NullaryExpr(1, units, [&] { return kept(rng) ? 1.0F : 0.0F; });
}

struct Spread {
    Series mean, band;
};

/// What the layer's output is on average over the units: mean over the masks, and the middle 90 %.
template <typename Output>
Spread over_p(const Output& output, const std::string& name, Rng& rng) {
    Spread spread{{name, Role::training, Style::line, {}, {}},
                  {"90 % of the masks", Role::training, Style::band, {}, {}}};
    for (double p = 0; p < 0.93; p += 0.05) {
        std::vector<double> means;
        double sum = 0;
        for (int i = 0; i < draws; ++i) {
            means.push_back(output(drawn_mask(p, rng), p).mean());
            sum += means.back();
        }
        std::sort(means.begin(), means.end());
        spread.mean.x.push_back(p);
        spread.mean.y.push_back(sum / draws);
        spread.band.x.push_back(p);
        spread.band.low.push_back(means[draws / 20]);
        spread.band.high.push_back(means[draws - 1 - draws / 20]);
    }
    return spread;
}

Panel panel(const std::string& title, Spread training, double evaluation) {
    const double last = training.mean.x.back();
    return {
        .title = title,
        .x_label = "p, the probability of dropping",
        .y_label = "mean activation",
        .series =
            {training.band,
             training.mean,
             {"evaluation", Role::evaluation, Style::dashed, {0, last}, {evaluation, evaluation}}},
        .x_range = Range{0, last},
        .y_range = Range{0, 2}};
}

}  // namespace

std::vector<Figure> figures(const Setting& setting) {
    Rng rng(setting.seed);
    const Matrix x = Eigen::RowVectorXf::LinSpaced(units, 0.5F, 1.5F);
    const auto masked = [&](const Matrix& mask, double) -> Matrix { return x.cwiseProduct(mask); };
    const auto scaled = [&](const Matrix& mask, double p) { return dropout_forward(x, mask, p); };
    const Panel without =
        panel("Mask alone: training shrinks to 1 - p", over_p(masked, "training", rng), x.mean());
    const Panel with =
        panel("Scaled by 1/(1 - p): the same mean", over_p(scaled, "training", rng), x.mean());
    setting.progress(1);
    return {
        {"mean_activation",
         {{"Only with the scaling do training and evaluation agree on average", {without, with}}}}};
}

}  // namespace lab::demo
