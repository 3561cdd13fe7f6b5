#include "article.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "nn/mean_squared_error.h"
#include "train_eval.h"

namespace lab {

namespace {

void require(bool holds, const std::string& rule, long long first, long long second) {
    if (holds) return;
    throw std::invalid_argument{rule + ", but got " + std::to_string(first) + " and " +
                                std::to_string(second)};
}

/// The value at position (n-1)·q of the sorted errors.
double quantile(const std::vector<double>& sorted, double q) {
    if (sorted.empty()) return std::numeric_limits<double>::quiet_NaN();
    const double position = static_cast<double>(sorted.size() - 1) * q;
    const auto below = static_cast<std::size_t>(position);
    const std::size_t above = std::min(below + 1, sorted.size() - 1);
    return std::lerp(sorted[below], sorted[above], position - std::floor(position));
}

}  // namespace

double train_epoch(nn::Sequential& network, const Matrix& x, const Matrix& y,
                   std::vector<AdamState>& states, const AdamOptions& options) {
    const std::vector<nn::Parameter*> parameters = network.parameters();
    require(x.rows() == y.rows(), "x and y have to have as many rows", x.rows(), y.rows());
    if (states.empty()) states.resize(parameters.size());
    require(states.size() == parameters.size(), "one state for each parameter",
            static_cast<long long>(states.size()), static_cast<long long>(parameters.size()));
    set_training(network, true);
    double sum = 0;
    for (Index i = 0; i < x.rows(); ++i) {
        const nn::Loss loss = nn::mean_squared_error(network.forward(x.row(i)), y.row(i));
        sum += loss.value;
        nn::zero_grad(network);
        network.backward(loss.grad);
        for (std::size_t k = 0; k < parameters.size(); ++k) {
            adam_step(*parameters[k], states[k], options);
        }
    }
    return sum;
}

Matrix evaluation_points(const Matrix& x, Index count) {
    if (count < 2) {
        throw std::invalid_argument{"at least 2 points, but got " + std::to_string(count)};
    }
    if (x.size() == 0) throw std::invalid_argument{"x is empty: it has no smallest entry"};
    return Eigen::VectorXf::LinSpaced(count, x.minCoeff(), x.maxCoeff());
}

double mean_squared_error(nn::Layer& network, const Matrix& x, const Matrix& truth) {
    return nn::mean_squared_error(predict(network, x), truth).value;
}

bool collapsed(nn::Layer& network, const Matrix& x) {
    if (x.rows() < 2) {
        throw std::invalid_argument{"at least 2 rows, but got " + std::to_string(x.rows())};
    }
    const Matrix y = predict(network, x);
    for (Index j = 0; j < y.cols(); ++j) {
        const float smallest = y.col(j).minCoeff(), largest = y.col(j).maxCoeff();
        const float size = std::max({1.0F, std::abs(smallest), std::abs(largest)});
        if (largest - smallest > 1e-6F * size) return false;
    }
    return true;
}

std::vector<Summary> compare(const std::vector<Recipe>& recipes,
                             const std::vector<std::uint64_t>& seeds,
                             const Experiment& experiment) {
    if (seeds.size() < 2) {
        throw std::invalid_argument{"at least 2 seeds, but got " + std::to_string(seeds.size())};
    }
    if (recipes.empty()) throw std::invalid_argument{"there is no recipe to compare"};
    std::vector<Summary> summaries;
    for (const Recipe& recipe : recipes) {
        std::vector<double> errors;  // of the runs that live
        for (const std::uint64_t seed : seeds) {
            const Run run = experiment(recipe, seed);
            if (!run.collapsed) errors.push_back(run.error);
        }
        std::sort(errors.begin(), errors.end());
        summaries.push_back({recipe.name, quantile(errors, 0.25), quantile(errors, 0.5),
                             quantile(errors, 0.75), seeds.size(), seeds.size() - errors.size()});
    }
    return summaries;
}

}  // namespace lab
