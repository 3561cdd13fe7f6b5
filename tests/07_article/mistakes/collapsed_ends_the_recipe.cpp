// Diagnosis: stopped_by_collapsed
// Gives a recipe up as soon as one of its networks collapsed.
#include "article.h"

#include <cmath>
#include <map>
#include <set>
#include <stdexcept>

#include "nn/mean_squared_error.h"
#include "train_eval.h"

namespace lab {

namespace {

/// The runs of one recipe.
class Results {
public:
    void add(const Run& run) {
        ++runs_;
        if (run.collapsed) ++collapsed_;
        else errors_.insert(run.error);
    }
    Summary summary(const std::string& name) const {
        return {name, quantile(0.25), quantile(0.5), quantile(0.75), runs_, collapsed_};
    }

private:
    double quantile(double q) const {
        if (errors_.empty()) return std::nan("");
        const double position = q * (static_cast<double>(errors_.size()) - 1);
        auto here = errors_.begin();
        std::advance(here, static_cast<long>(position));
        const double share = position - std::floor(position);
        return share > 0 ? *here * (1 - share) + *std::next(here) * share : *here;
    }

    std::multiset<double> errors_;
    std::size_t runs_ = 0;
    std::size_t collapsed_ = 0;
};

/// Takes steps for a network's parameters.
class Trainer {
public:
    Trainer(nn::Sequential& network, std::vector<AdamState>& states, const AdamOptions& options)
        : network_(network), parameters_(network.parameters()), states_(states), options_(options) {
        if (states_.empty()) states_.resize(parameters_.size());
        if (states_.size() != parameters_.size()) {
            throw std::invalid_argument{"there are " + std::to_string(parameters_.size()) +
                                        " parameters and " + std::to_string(states_.size()) +
                                        " states"};
        }
    }
    double step(const Matrix& x, const Matrix& y) {
        const nn::Loss loss = nn::mean_squared_error(network_.forward(x), y);
        nn::zero_grad(network_);
        network_.backward(loss.grad);
        for (std::size_t k = 0; k < states_.size(); ++k) {
            adam_step(*parameters_[k], states_[k], options_);
        }
        return loss.value;
    }

private:
    nn::Sequential& network_;
    std::vector<nn::Parameter*> parameters_;
    std::vector<AdamState>& states_;
    AdamOptions options_;
};

void require_same(const std::string& what, Index a, Index b) {
    if (a == b) return;
    throw std::invalid_argument{what + " differ: " + std::to_string(a) + " and " +
                                std::to_string(b)};
}

}  // namespace

double train_epoch(nn::Sequential& network, const Matrix& x, const Matrix& y,
                   std::vector<AdamState>& states, const AdamOptions& options) {
    require_same("the rows of x and y", x.rows(), y.rows());
    Trainer trainer(network, states, options);
    set_training(network, true);
    double sum = 0;
    for (Index i = 0; i < x.rows(); ++i) sum += trainer.step(x.row(i), y.row(i));
    return sum;
}

Matrix evaluation_points(const Matrix& x, Index count) {
    if (count < 2) throw std::invalid_argument{"2 or more points, not " + std::to_string(count)};
    if (x.size() == 0) throw std::invalid_argument{"no x to lie between"};
    const std::set<float> sorted(x.data(), x.data() + x.size());
    const float low = *sorted.begin(), high = *sorted.rbegin();
    Matrix points(count, 1);
    for (Index i = 0; i < count; ++i) {
        const float right = static_cast<float>(i) / static_cast<float>(count - 1);
        points(i, 0) = (1 - right) * low + right * high;
    }
    return points;
}

double mean_squared_error(nn::Layer& network, const Matrix& x, const Matrix& truth) {
    return nn::mean_squared_error(predict(network, x), truth).value;
}

bool collapsed(nn::Layer& network, const Matrix& x) {
    if (x.rows() < 2) {
        throw std::invalid_argument{"2 or more rows of x, not " + std::to_string(x.rows())};
    }
    const Matrix y = predict(network, x);
    // For every pair of rows, in every column.
    for (Index j = 0; j < y.cols(); ++j) {
        const float bound = 1e-6F * std::max(1.0F, y.col(j).cwiseAbs().maxCoeff());
        for (Index a = 0; a < y.rows(); ++a) {
            for (Index b = 0; b < a; ++b) {
                if (std::abs(y(a, j) - y(b, j)) > bound) return false;
            }
        }
    }
    return true;
}

std::vector<Summary> compare(const std::vector<Recipe>& recipes,
                             const std::vector<std::uint64_t>& seeds,
                             const Experiment& experiment) {
    if (seeds.size() < 2) {
        throw std::invalid_argument{"2 or more seeds, not " + std::to_string(seeds.size())};
    }
    if (recipes.empty()) throw std::invalid_argument{"1 or more recipes, not 0"};
    std::map<std::size_t, Results> results;
    for (std::size_t i = 0; i < recipes.size(); ++i) {
        for (const std::uint64_t seed : seeds) {
            const Run run = experiment(recipes[i], seed);
            results[i].add(run);
            if (run.collapsed) break;
        }
    }
    std::vector<Summary> summaries;
    for (const auto& [i, of_recipe] : results) {
        summaries.push_back(of_recipe.summary(recipes[i].name));
    }
    return summaries;
}

}  // namespace lab
