// Diagnosis: collapsed_repeated
// A network that collapsed gets another chance, with the next seed.
#include "article.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "nn/mean_squared_error.h"
#include "train_eval.h"

namespace lab {

namespace {

double quantile(const std::vector<double>& sorted, double q) {
    if (sorted.empty()) return NAN;
    const double position = (sorted.size() - 1) * q;
    const std::size_t below = std::floor(position), above = std::ceil(position);
    const double share = position - below;
    return (1 - share) * sorted[below] + share * sorted[above];
}

}  // namespace

double train_epoch(nn::Sequential& network, const Matrix& x, const Matrix& y,
                   std::vector<AdamState>& states, const AdamOptions& options) {
    const auto parameters = network.parameters();
    if (x.rows() != y.rows()) {
        throw std::invalid_argument("x has " + std::to_string(x.rows()) + " rows, y has " +
                                    std::to_string(y.rows()));
    }
    if (states.empty()) states.resize(parameters.size());
    if (states.size() != parameters.size()) {
        throw std::invalid_argument(std::to_string(states.size()) + " states for " +
                                    std::to_string(parameters.size()) + " parameters");
    }
    set_training(network, true);
    double sum = 0;
    for (Index i = 0; i < x.rows(); ++i) {
        const Matrix output = network.forward(x.row(i));
        const nn::Loss loss = nn::mean_squared_error(output, y.row(i));
        nn::zero_grad(network);
        network.backward(loss.grad);
        for (std::size_t k = 0; k < parameters.size(); ++k) {
            adam_step(*parameters[k], states[k], options);
        }
        sum += loss.value;
    }
    return sum;
}

Matrix evaluation_points(const Matrix& x, Index count) {
    if (count < 2) {
        throw std::invalid_argument("count has to be at least 2, not " + std::to_string(count));
    }
    if (x.size() == 0) throw std::invalid_argument("x is empty");
    const float low = x.minCoeff(), high = x.maxCoeff();
    Matrix points(count, 1);
    for (Index i = 0; i < count; ++i) {
        points(i, 0) = low + (high - low) * static_cast<float>(i) / static_cast<float>(count - 1);
    }
    return points;
}

double mean_squared_error(nn::Layer& network, const Matrix& x, const Matrix& truth) {
    const Matrix prediction = predict(network, x);
    if (prediction.rows() != truth.rows() || prediction.cols() != truth.cols()) {
        throw std::invalid_argument("the prediction is " + std::to_string(prediction.rows()) + "x" +
                                    std::to_string(prediction.cols()) + ", truth is " +
                                    std::to_string(truth.rows()) + "x" +
                                    std::to_string(truth.cols()));
    }
    return (prediction - truth).array().square().mean();
}

bool collapsed(nn::Layer& network, const Matrix& x) {
    if (x.rows() < 2) {
        throw std::invalid_argument("x has " + std::to_string(x.rows()) + " rows, too few");
    }
    const Matrix y = predict(network, x);
    for (Index j = 0; j < y.cols(); ++j) {
        const float range = y.col(j).maxCoeff() - y.col(j).minCoeff();
        const float size = y.col(j).cwiseAbs().maxCoeff();
        if (range > 1e-6F * std::max(1.0F, size)) return false;
    }
    return true;
}

std::vector<Summary> compare(const std::vector<Recipe>& recipes,
                             const std::vector<std::uint64_t>& seeds,
                             const Experiment& experiment) {
    if (seeds.size() < 2) {
        throw std::invalid_argument("one seed proves nothing: " + std::to_string(seeds.size()));
    }
    if (recipes.empty()) throw std::invalid_argument("no recipe");
    std::vector<Summary> result;
    for (const Recipe& recipe : recipes) {
        std::vector<double> errors;
        std::size_t dead = 0;
        for (const std::uint64_t seed : seeds) {
            Run run = experiment(recipe, seed);
            if (run.collapsed) run = experiment(recipe, seed + 1);
            if (run.collapsed) ++dead;
            else errors.push_back(run.error);
        }
        std::sort(errors.begin(), errors.end());
        result.push_back({recipe.name, quantile(errors, 0.25), quantile(errors, 0.5),
                          quantile(errors, 0.75), seeds.size(), dead});
    }
    return result;
}

}  // namespace lab
