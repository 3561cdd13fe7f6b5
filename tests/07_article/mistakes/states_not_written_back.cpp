// Diagnosis: states_recreated
// Works on a copy of the states.
#include "article.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "nn/mean_squared_error.h"
#include "train_eval.h"

namespace lab {

double train_epoch(nn::Sequential& network, const Matrix& x, const Matrix& y,
                   std::vector<AdamState>& states, const AdamOptions& options) {
    const std::vector<nn::Parameter*> parameters = network.parameters();
    const std::size_t count = parameters.size();
    if (x.rows() != y.rows() || (!states.empty() && states.size() != count)) {
        throw std::invalid_argument{
            "x " + std::to_string(x.rows()) + ", y " + std::to_string(y.rows()) + ", states " +
            std::to_string(states.size()) + ", parameters " + std::to_string(count)};
    }
    auto copies = states;
    copies.resize(count);
    set_training(network, true);
    nn::zero_grad(network);
    Eigen::VectorXd losses = Eigen::VectorXd::Zero(x.rows());
    for (Index i = 0; i < x.rows(); ++i) {
        const Matrix error = network.forward(x.row(i)) - y.row(i);
        losses(i) = error.cast<double>().cwiseAbs2().mean();
        network.backward(error * 2.0F / static_cast<float>(error.size()));
        for (std::size_t k = 0; k < count; ++k) {
            adam_step(*parameters[k], copies[k], options);
            parameters[k]->grad.setZero();
        }
    }
    return losses.sum();
}

Matrix evaluation_points(const Matrix& x, Index count) {
    if (count < 2 || x.size() == 0) {
        throw std::invalid_argument{"count is " + std::to_string(count) + " and x has " +
                                    std::to_string(x.size()) + " entries"};
    }
    return Eigen::VectorXd::LinSpaced(count, x.minCoeff(), x.maxCoeff()).cast<float>();
}

double mean_squared_error(nn::Layer& network, const Matrix& x, const Matrix& truth) {
    return nn::mean_squared_error(predict(network, x), truth).value;
}

bool collapsed(nn::Layer& network, const Matrix& x) {
    if (x.rows() < 2) throw std::invalid_argument{"rows of x: " + std::to_string(x.rows())};
    const Eigen::ArrayXXd y = predict(network, x).cast<double>().array();
    const Eigen::ArrayXXd range = y.colwise().maxCoeff() - y.colwise().minCoeff();
    const Eigen::ArrayXXd size = y.abs().colwise().maxCoeff().cwiseMax(1.0);
    return (range / size).maxCoeff() <= 1e-6;
}

std::vector<Summary> compare(const std::vector<Recipe>& recipes,
                             const std::vector<std::uint64_t>& seeds,
                             const Experiment& experiment) {
    if (seeds.size() < 2 || recipes.empty()) {
        throw std::invalid_argument{std::to_string(recipes.size()) + " recipes, " +
                                    std::to_string(seeds.size()) + " seeds"};
    }
    const auto rows = static_cast<Index>(recipes.size()), cols = static_cast<Index>(seeds.size());
    // A column for each recipe; collapsed runs are infinite and therefore last.
    Eigen::MatrixXd errors(cols, rows);
    for (Index j = 0; j < rows; ++j) {
        for (Index i = 0; i < cols; ++i) {
            const Run run = experiment(recipes[j], seeds[i]);
            errors(i, j) = run.collapsed ? INFINITY : run.error;
        }
        std::sort(errors.col(j).data(), errors.col(j).data() + cols);
    }
    std::vector<Summary> summaries(recipes.size());
    for (Index j = 0; j < rows; ++j) {
        const Index living = errors.col(j).array().isFinite().count();
        const auto at = [&](double q) -> double {
            if (living == 0) return NAN;
            const double position = q * static_cast<double>(living - 1);
            const auto below = static_cast<Index>(position);
            const double share = position - static_cast<double>(below);
            if (share == 0) return errors(below, j);
            return errors(below, j) + share * (errors(below + 1, j) - errors(below, j));
        };
        summaries[j] = {recipes[j].name,
                        at(0.25),
                        at(0.5),
                        at(0.75),
                        static_cast<std::size_t>(cols),
                        static_cast<std::size_t>(cols - living)};
    }
    return summaries;
}

}  // namespace lab
