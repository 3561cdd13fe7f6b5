// SGD, Adam with L2 and AdamW on one bowl: the paths, and the weights' norm over λ.
#include "demo.h"

#include <cmath>
#include <numbers>

#include "l2.h"

namespace lab::demo {
namespace {

// The bowl: loss = ½ Σ c_i (w_i - b_i)², steep in the first weight, flat in the second.
const Eigen::RowVector2f curvature{10, 1}, bottom{2, 3}, start{-1, -1};

using Step = std::function<void(nn::Parameter&, AdamState&, double lambda)>;

struct Optimizer {
    std::string name;
    Role role;
    Style style;  ///< where SGD and Adam agree, both are seen
    Step step;
};

const std::vector<Optimizer>& optimizers() {
    static const std::vector<Optimizer> all{
        {"SGD, weight decay", Role::sgd, Style::line,
         [](nn::Parameter& w, AdamState&, double lambda) {
             sgd_step(w, {.lr = 0.02, .weight_decay = lambda});
         }},
        {"Adam, L2 in the gradient", Role::l2, Style::dashed,
         [](nn::Parameter& w, AdamState& state, double lambda) {
             adam_step(w, state, {.lr = 0.02, .weight_decay = lambda});
         }},
        {"AdamW, decoupled decay", Role::adamw, Style::line,
         [](nn::Parameter& w, AdamState& state, double lambda) {
             adamw_step(w, state, {.lr = 0.02, .weight_decay = lambda});
         }},
    };
    return all;
}

/// The weights at the start and after each step.
std::vector<Matrix> path(const Optimizer& optimizer, double lambda, int steps) {
    nn::Parameter w{"w", start, Matrix::Zero(1, 2)};
    AdamState state;
    std::vector<Matrix> visited{w.value};
    for (int i = 0; i < steps; ++i) {
        w.grad = (w.value - Matrix(bottom)).cwiseProduct(Matrix(curvature));
        optimizer.step(w, state, lambda);
        visited.push_back(w.value);
    }
    return visited;
}

/// Where the loss is `loss`.
Series contour(double loss, const std::string& name) {
    Series line{name, Role::truth, Style::line, {}, {}};
    for (int i = 0; i <= 100; ++i) {
        const double angle = 2 * std::numbers::pi * i / 100;
        line.x.push_back(bottom(0) + std::sqrt(2 * loss / curvature(0)) * std::cos(angle));
        line.y.push_back(bottom(1) + std::sqrt(2 * loss / curvature(1)) * std::sin(angle));
    }
    return line;
}

Panel paths(double lambda) {
    Panel panel{.title = "Paths from (-1, -1), λ = 0.3",
                .x_label = "first weight",
                .y_label = "second weight",
                .x_range = Range{-1.5, 4},
                .y_range = Range{-1.5, 5}};
    for (const double loss : {0.3, 1.2, 4.0, 10.0}) {
        panel.series.push_back(contour(loss, loss == 0.3 ? "equal loss" : ""));
    }
    for (const Optimizer& optimizer : optimizers()) {
        Series line{optimizer.name, optimizer.role, optimizer.style, {}, {}};
        for (const Matrix& w : path(optimizer, lambda, 1000)) {
            line.x.push_back(w(0));
            line.y.push_back(w(1));
        }
        panel.series.push_back(line);
    }
    return panel;
}

Panel norms(const Setting& setting) {
    Panel panel{.title = "Where they end, after 3000 steps",
                .x_label = "λ",
                .y_label = "norm of the weights",
                .x_range = Range{0.001, 10},
                .y_range = Range{0, 4},
                .log_x = true};
    const auto& all = optimizers();
    for (std::size_t i = 0; i < all.size(); ++i) {
        Series line{all[i].name, all[i].role, all[i].style, {}, {}};
        for (int k = 0; k <= 24; ++k) {
            const double lambda = std::pow(10, -3 + k / 6.0);
            line.x.push_back(lambda);
            line.y.push_back(path(all[i], lambda, 3000).back().norm());
        }
        panel.series.push_back(line);
        setting.progress(static_cast<double>(i + 1) / static_cast<double>(all.size()));
    }
    return panel;
}

}  // namespace

std::vector<Figure> figures(const Setting& setting) {
    return {{"optimizers",
             {{"SGD and Adam with L2 end at the same weights, AdamW does not",
               {paths(0.3), norms(setting)}}}}};
}

}  // namespace lab::demo
