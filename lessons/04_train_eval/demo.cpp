// The article's figure as published, beside the same network after eval().
#include "demo.h"

#include <cmath>

#include "article_experiment.h"
#include "nn/mean_squared_error.h"
#include "read_csv.h"
#include "train_eval.h"

namespace lab::demo {
namespace {

/// How far the values go up and down altogether.
double total_variation(const Matrix& y) {
    return (y.bottomRows(y.rows() - 1) - y.topRows(y.rows() - 1)).cwiseAbs().sum();
}

std::vector<double> column(const Matrix& values) {
    return {values.data(), values.data() + values.size()};
}

Panel panel(const std::string& what, const Matrix& y, const Series& prediction, const Series& data,
            const Series& truth) {
    return {.title = what + ": total variation " + std::to_string(std::lround(total_variation(y))),
            .x_label = "x",
            .y_label = "y",
            .series = {prediction, truth, data},
            .x_range = Range{0, 10},
            .y_range = Range{-5, 120}};
}

}  // namespace

std::vector<Figure> figures(const Setting& setting) {
    const Matrix table = read_csv(setting.data / "parabola.csv", 2);
    const Matrix x = table.col(0), y = table.col(1);
    // Half of the networks die (their output's ReLU gives 0 for every x): take the next seed's.
    nn::Sequential network;
    std::uint64_t seed = setting.seed;
    for (;; ++seed) {
        network = article_network({"dropout", 0.4}, seed);
        std::vector<AdamState> states;
        constexpr int epochs = 3000;
        for (int epoch = 0; epoch < epochs; ++epoch) {
            train_epoch(network, x, y, states, {.lr = 0.005});
            setting.progress(static_cast<double>(epoch + 1) / epochs);
        }
        if (!collapsed(network, x)) break;
    }

    // As the article asks it: the 1000 points x = 0, 0.01, …, one at a time, without eval().
    const Matrix points = Eigen::VectorXf::LinSpaced(1000, 0.0F, 9.99F);
    const Matrix right = points.cwiseAbs2();
    Matrix published(1000, 1);
    set_training(network, true);
    for (Index i = 0; i < points.rows(); ++i) { published.row(i) = network.forward(points.row(i)); }
    const Matrix evaluated = predict(network, points);

    const Series data{"the ten samples", Role::data, Style::points, column(x), column(y)};
    const Series truth{"y = x²", Role::truth, Style::line, column(points), column(right)};
    const auto prediction = [&](const std::string& mode, Role role, Style style, const Matrix& y) {
        const double error = std::sqrt(nn::mean_squared_error(y, right).value);
        return Series{mode + " (RMSE " + std::to_string(error).substr(0, 4) + ")", role, style,
                      column(points), column(y)};
    };
    const Series scattered = prediction("training mode", Role::training, Style::points, published);
    const Series settled = prediction("evaluation mode", Role::evaluation, Style::line, evaluated);
    return {{"article",
             {{"The article's scatter is dropout still running: eval() ends it",
               {panel("As published", published, scattered, data, truth),
                panel("After eval()", evaluated, settled, data, truth)}}}}};
}

}  // namespace lab::demo
