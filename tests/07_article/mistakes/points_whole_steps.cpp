// Diagnosis: integer_division
// The step is an int.
#include "article.h"

#include <cmath>
#include <stdexcept>

namespace lab {

static void get_modes(nn::Layer& layer, std::vector<bool>& modes) {
    modes.push_back(layer.training);
    for (nn::Layer* child : layer.children()) get_modes(*child, modes);
}

static void put_modes(nn::Layer& layer, const std::vector<bool>& modes, std::size_t& next) {
    layer.training = modes[next++];
    for (nn::Layer* child : layer.children()) put_modes(*child, modes, next);
}

static void put_all(nn::Layer& layer, bool training) {
    layer.training = training;
    for (nn::Layer* child : layer.children()) put_all(*child, training);
}

static Matrix outputs_of(nn::Layer& network, const Matrix& x) {
    std::vector<bool> modes;
    get_modes(network, modes);
    put_all(network, false);
    Matrix y;
    std::size_t next = 0;
    try {
        y = network.forward(x);
    } catch (...) {
        put_modes(network, modes, next);
        throw;
    }
    put_modes(network, modes, next);
    return y;
}

static void fail(const std::string& what, long a, long b) {
    throw std::invalid_argument(what + ": " + std::to_string(a) + ", " + std::to_string(b));
}

double train_epoch(nn::Sequential& network, const Matrix& x, const Matrix& y,
                   std::vector<AdamState>& states, const AdamOptions& options) {
    std::vector<nn::Parameter*> p = network.parameters();
    int n = x.rows();
    if (n != y.rows()) fail("rows of x and y", n, y.rows());
    if (states.size() == 0) {
        for (std::size_t k = 0; k < p.size(); k++) states.push_back(AdamState());
    }
    if (states.size() != p.size()) fail("states and parameters", states.size(), p.size());

    put_all(network, true);
    double total = 0.0;
    for (int i = 0; i < n; i++) {
        Matrix sample(1, x.cols());
        for (int j = 0; j < x.cols(); j++) sample(0, j) = x(i, j);
        Matrix output = network.forward(sample);

        double loss = 0.0;
        Matrix slope(1, output.cols());
        for (int j = 0; j < output.cols(); j++) {
            double error = output(0, j) - y(i, j);
            loss += error * error / output.cols();
            slope(0, j) = 2 * error / output.cols();
        }
        total += loss;

        for (std::size_t k = 0; k < p.size(); k++) p[k]->grad.setZero();
        network.backward(slope);
        for (std::size_t k = 0; k < p.size(); k++) adam_step(*p[k], states[k], options);
    }
    return total;
}

Matrix evaluation_points(const Matrix& x, Index count) {
    if (count < 2) fail("count and what it has to be", count, 2);
    if (x.rows() == 0) fail("rows of x and what they have to be", 0, 1);
    float low = x(0, 0), high = x(0, 0);
    for (int i = 1; i < x.rows(); i++) {
        if (x(i, 0) < low) low = x(i, 0);
        if (x(i, 0) > high) high = x(i, 0);
    }
    int step = (high - low) / (count - 1);
    Matrix points(count, 1);
    float at = low;
    for (int i = 0; i < count; i++) {
        points(i, 0) = at;
        at += step;
    }
    return points;
}

double mean_squared_error(nn::Layer& network, const Matrix& x, const Matrix& truth) {
    Matrix y = outputs_of(network, x);
    if (y.rows() != truth.rows() || y.cols() != truth.cols()) {
        throw std::invalid_argument(
            "prediction " + std::to_string(y.rows()) + " by " + std::to_string(y.cols()) +
            ", truth " + std::to_string(truth.rows()) + " by " + std::to_string(truth.cols()));
    }
    double sum = 0.0;
    for (int i = 0; i < y.rows(); i++) {
        for (int j = 0; j < y.cols(); j++) {
            double error = y(i, j) - truth(i, j);
            sum += error * error;
        }
    }
    return sum / (y.rows() * y.cols());
}

bool collapsed(nn::Layer& network, const Matrix& x) {
    if (x.rows() < 2) fail("rows of x and what they have to be", x.rows(), 2);
    Matrix y = outputs_of(network, x);
    for (int j = 0; j < y.cols(); j++) {
        float smallest = y(0, j), largest = y(0, j), size = 1.0f;
        for (int i = 0; i < y.rows(); i++) {
            if (y(i, j) < smallest) smallest = y(i, j);
            if (y(i, j) > largest) largest = y(i, j);
            if (std::fabs(y(i, j)) > size) size = std::fabs(y(i, j));
        }
        if (largest - smallest > 1e-6f * size) return false;
    }
    return true;
}

std::vector<Summary> compare(const std::vector<Recipe>& recipes,
                             const std::vector<std::uint64_t>& seeds,
                             const Experiment& experiment) {
    if (seeds.size() < 2) fail("seeds and what is needed", seeds.size(), 2);
    if (recipes.size() == 0) fail("recipes and what is needed", 0, 1);
    std::vector<Summary> table;
    for (std::size_t r = 0; r < recipes.size(); r++) {
        std::vector<double> e;
        Summary row;
        row.recipe = recipes[r].name;
        row.runs = 0;
        row.collapsed = 0;
        for (std::size_t s = 0; s < seeds.size(); s++) {
            Run run = experiment(recipes[r], seeds[s]);
            row.runs++;
            if (run.collapsed) {
                row.collapsed++;
                continue;
            }
            // Insertion keeps the list in order.
            e.push_back(run.error);
            for (std::size_t i = e.size() - 1; i > 0 && e[i] < e[i - 1]; i--) {
                std::swap(e[i], e[i - 1]);
            }
        }
        double q[3];
        for (int k = 0; k < 3; k++) {
            if (e.size() == 0) {
                q[k] = std::nan("");
                continue;
            }
            std::size_t quarters = (e.size() - 1) * (k + 1);
            std::size_t i = quarters / 4;
            double rest = quarters % 4 / 4.0;
            q[k] = e[i];
            if (rest > 0) q[k] += rest * (e[i + 1] - e[i]);
        }
        row.lower_quartile = q[0];
        row.median = q[1];
        row.upper_quartile = q[2];
        table.push_back(row);
    }
    return table;
}

}  // namespace lab
