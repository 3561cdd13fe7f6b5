// Dropout in the right place, and after the output.
#include "demo.h"

#include "l2.h"
#include "nn/mean_squared_error.h"
#include "placement.h"
#include "train_eval.h"

namespace lab::demo {
namespace {

constexpr double p = 0.4;
constexpr float target = 10;
constexpr int steps = 3000, every = 20;

struct Curves {
    Series loss, prediction;
};

/// Trains the network to say 10, whatever comes in.
Curves train(nn::Sequential network, const std::string& name, Role role, Rng& rng) {
    Curves curves{{name, role, Style::line, {}, {}}, {name, role, Style::line, {}, {}}};
    const std::vector<nn::Parameter*> parameters = network.parameters();
    std::vector<AdamState> states(parameters.size());
    std::normal_distribution<float> normal;
    const Matrix y = Matrix::Constant(32, 1, target);
    double sum = 0;
    for (int step = 1; step <= steps; ++step) {
        const Matrix x = Matrix::NullaryExpr(32, 4, [&] { return normal(rng); });
        const nn::Loss loss = nn::mean_squared_error(network.forward(x), y);
        nn::zero_grad(network);
        network.backward(loss.grad);
        for (std::size_t k = 0; k < parameters.size(); ++k) {
            adam_step(*parameters[k], states[k], {.lr = 0.01});
        }
        sum += loss.value;
        if (step % every != 0) continue;
        curves.loss.x.push_back(step);
        curves.loss.y.push_back(sum / every);
        curves.prediction.x.push_back(step);
        curves.prediction.y.push_back(predict(network, x).mean());
        sum = 0;
    }
    return curves;
}

Series level(const std::string& name, double y) {
    return {name, Role::truth, Style::dashed, {0, steps}, {y, y}};
}

}  // namespace

std::vector<Figure> figures(const Setting& setting) {
    Rng rng(setting.seed);
    const MlpSpec with{{4, 16, 1}, {p}, LayerKind::tanh, std::nullopt};
    MlpSpec without = with;
    without.hidden_dropout = {0};

    nn::Sequential after_output;
    after_output.add(std::make_unique<nn::Sequential>(make_mlp(without, setting.seed)));
    after_output.add(make_dropout(p, setting.seed));

    const Curves right =
        train(make_mlp(with, setting.seed), "after the hidden layer", Role::dropout, rng);
    setting.progress(0.5);
    const Curves wrong = train(std::move(after_output), "after the output", Role::misplaced, rng);
    setting.progress(1);
    return {{"placement",
             {{"After the output, dropout teaches the network to say (1 - p)·y",
               {{.title = "Training loss, p = 0.4",
                 .x_label = "step",
                 .y_label = "mean squared error",
                 .series = {right.loss, wrong.loss},
                 .x_range = Range{0, steps},
                 .log_y = true},
                {.title = "Prediction: y = 10, (1 - p)·y = 6",
                 .x_label = "step",
                 .y_label = "prediction in evaluation mode",
                 .series = {right.prediction, wrong.prediction, level("10 and 6", target),
                            level("", (1 - p) * target)},
                 .x_range = Range{0, steps},
                 .y_range = Range{0, 12}}}}}}};
}

}  // namespace lab::demo
