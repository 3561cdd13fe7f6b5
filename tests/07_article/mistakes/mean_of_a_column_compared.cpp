// Diagnosis: mean_compared
// Compares the mean of a column with its first entry.
#include "article.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>
#include <sstream>
#include <stdexcept>

#include "nn/mean_squared_error.h"
#include "train_eval.h"

namespace lab {

namespace {

template <typename... Parts>
[[noreturn]] void refuse(const Parts&... parts) {
    std::ostringstream text;
    (text << ... << parts);
    throw std::invalid_argument{text.str()};
}

}  // namespace

double train_epoch(nn::Sequential& network, const Matrix& x, const Matrix& y,
                   std::vector<AdamState>& states, const AdamOptions& options) {
    if (x.rows() != y.rows()) refuse("x and y have ", x.rows(), " and ", y.rows(), " rows");
    auto parameters = network.parameters();
    if (states.empty()) states = std::vector<AdamState>(parameters.size());
    if (states.size() != parameters.size()) {
        refuse(parameters.size(), " parameters, but ", states.size(), " states");
    }
    set_training(network, true);
    const auto one_step = [&](double sum, Index row) {
        auto [value, grad] = nn::mean_squared_error(network.forward(x.row(row)), y.row(row));
        nn::zero_grad(network);
        network.backward(grad);
        auto state = states.begin();
        for (auto* parameter : parameters) adam_step(*parameter, *state++, options);
        return sum + value;
    };
    std::vector<Index> rows(x.rows());
    std::iota(rows.begin(), rows.end(), Index{0});
    return std::accumulate(rows.begin(), rows.end(), 0.0, one_step);
}

Matrix evaluation_points(const Matrix& x, Index count) {
    if (count < 2) refuse("at least two points, please, not ", count);
    if (x.rows() == 0) refuse("no data, no points");
    const auto [low, high] = std::minmax_element(x.data(), x.data() + x.size());
    const double from = *low, to = *high;
    Matrix points(count, 1);
    std::generate_n(points.data(), count, [&, i = 0]() mutable {
        const double t = double(i++) / double(count - 1);
        return static_cast<float>(std::lerp(from, to, t));
    });
    return points;
}

double mean_squared_error(nn::Layer& network, const Matrix& x, const Matrix& truth) {
    const Matrix y = predict(network, x);
    if (y.rows() != truth.rows() || y.cols() != truth.cols()) {
        refuse("prediction (", y.rows(), ", ", y.cols(), "), truth (", truth.rows(), ", ",
               truth.cols(), ")");
    }
    const auto square = [](double a, double b) { return (a - b) * (a - b); };
    return std::transform_reduce(y.data(), y.data() + y.size(), truth.data(), 0.0, std::plus<>(),
                                 square) /
           y.size();
}

bool collapsed(nn::Layer& network, const Matrix& x) {
    if (x.rows() < 2) refuse(x.rows(), " rows cannot tell");
    const Matrix by_column = predict(network, x).transpose();
    const auto constant = [](const float* begin, const float* end) {
        const float mean = std::accumulate(begin, end, 0.0F) / static_cast<float>(end - begin);
        return std::abs(mean - *begin) <= 1e-6F * std::max(1.0F, std::abs(mean));
    };
    bool all = true;
    for (Index j = 0; j < by_column.rows(); ++j) {
        const float* begin = by_column.row(j).data();
        all = all && constant(begin, begin + by_column.cols());
    }
    return all;
}

std::vector<Summary> compare(const std::vector<Recipe>& recipes,
                             const std::vector<std::uint64_t>& seeds,
                             const Experiment& experiment) {
    if (seeds.size() < 2) refuse("at least two seeds, please, not ", seeds.size());
    if (recipes.empty()) refuse("at least one recipe, please");

    const auto summarize = [&](const Recipe& recipe) -> Summary {
        std::vector<Run> runs(seeds.size());
        std::transform(seeds.begin(), seeds.end(), runs.begin(),
                       [&](std::uint64_t seed) { return experiment(recipe, seed); });
        const auto dead = std::stable_partition(runs.begin(), runs.end(),
                                                [](const Run& run) { return !run.collapsed; });
        std::vector<double> errors;
        std::transform(runs.begin(), dead, std::back_inserter(errors),
                       [](const Run& run) { return run.error; });
        const auto at = [&](double q) {
            if (errors.empty()) return std::numeric_limits<double>::quiet_NaN();
            double whole = 0;
            const double share = std::modf(q * static_cast<double>(errors.size() - 1), &whole);
            const auto nth = errors.begin() + static_cast<std::ptrdiff_t>(whole);
            std::nth_element(errors.begin(), nth, errors.end());
            if (share == 0) return *nth;
            return *nth + share * (*std::min_element(nth + 1, errors.end()) - *nth);
        };
        const double lower = at(0.25), median = at(0.5), upper = at(0.75);
        return {recipe.name, lower,       median,
                upper,       runs.size(), static_cast<std::size_t>(runs.end() - dead)};
    };

    std::vector<Summary> summaries;
    std::transform(recipes.begin(), recipes.end(), std::back_inserter(summaries), summarize);
    return summaries;
}

}  // namespace lab
