// Diagnosis: exception_swallowed
// Swallows the exception and returns an empty matrix.
#include "train_eval.h"

#include <algorithm>
#include <iostream>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "bernoulli_mask.h"

namespace lab {

class DropoutModule : public nn::Layer {
private:
    double prob;
    Rng gen;
    Matrix mask;
    std::optional<bool> last_mode;

public:
    DropoutModule(double prob, std::uint64_t seed) : prob(prob), gen(seed) {
        // the negated form is true for NaN as well
        if (!(0.0 <= prob && prob <= 1.0)) {
            throw std::invalid_argument("Dropout probability must lie in [0, 1]; received " +
                                        std::to_string(prob));
        }
    }

    Matrix forward(const Matrix& x) override {
        last_mode = training;
        if (!training) return x;
        mask = bernoulli_mask(x.rows(), x.cols(), prob, gen);
        if (prob == 1.0) return Matrix::Zero(x.rows(), x.cols());
        return (x.array() * mask.array() / static_cast<float>(1.0 - prob)).matrix();
    }

    Matrix backward(const Matrix& grad_output) override {
        if (!last_mode.has_value()) { throw std::logic_error("call forward before backward"); }
        if (*last_mode == false) return grad_output;
        if (prob == 1.0) return Matrix::Zero(grad_output.rows(), grad_output.cols());
        return (grad_output.array() * mask.array() / static_cast<float>(1.0 - prob)).matrix();
    }
};

std::unique_ptr<nn::Layer> make_dropout(double p, std::uint64_t seed) {
    return std::make_unique<DropoutModule>(p, seed);
}

void set_training(nn::Layer& root, bool training) {
    const std::vector<nn::Layer*> inside = root.children();
    std::for_each(inside.begin(), inside.end(),
                  [training](nn::Layer* layer) { set_training(*layer, training); });
    root.training = training;
}

namespace {

void collect(nn::Layer& layer, std::vector<nn::Layer*>& all) {
    all.push_back(&layer);
    for (nn::Layer* child : layer.children()) collect(*child, all);
}

}  // namespace

Matrix predict(nn::Layer& network, const Matrix& x) {
    std::vector<nn::Layer*> layers;
    collect(network, layers);
    std::vector<bool> modes;
    for (nn::Layer* layer : layers) modes.push_back(layer->training);

    auto restore = [&] {
        for (std::size_t i = 0; i < layers.size(); ++i) layers[i]->training = modes[i];
    };

    set_training(network, false);
    Matrix y;
    try {
        y = network.forward(x);
    } catch (...) { std::cerr << "predict: forward failed\n"; }
    restore();
    return y;
}

}  // namespace lab
