// Forward leaves its own backward behind as a std::function; an empty one means no forward.
#include "train_eval.h"

#include <functional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "bernoulli_mask.h"
#include "dropout_backward.h"
#include "inverted_scaling.h"

namespace lab {

namespace {

class Dropout : public nn::Layer {
public:
    Dropout(double p, std::uint64_t seed) : p_(p), rng_(seed) {}

    Matrix forward(const Matrix& x) override {
        if (!training) {
            backward_ = [](const Matrix& grad) -> Matrix { return grad; };
            return x;
        }
        Matrix mask = bernoulli_mask(x.rows(), x.cols(), p_, rng_);
        Matrix y = dropout_forward(x, mask, p_);
        backward_ = [mask = std::move(mask), p = p_](const Matrix& grad) -> Matrix {
            return dropout_backward(grad, mask, p);
        };
        return y;
    }

    Matrix backward(const Matrix& grad_output) override {
        if (!backward_) throw std::logic_error("there was no forward");
        return backward_(grad_output);
    }

private:
    double p_;
    Rng rng_;
    std::function<Matrix(const Matrix&)> backward_;
};

}  // namespace

std::unique_ptr<nn::Layer> make_dropout(double p, std::uint64_t seed) {
    if (!(p >= 0 && p <= 1)) throw std::invalid_argument("bad p: " + std::to_string(p));
    return std::make_unique<Dropout>(p, seed);
}

void set_training(nn::Layer& root, bool training) {
    root.training = training;
    for (nn::Layer* child : root.children()) set_training(*child, training);
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
    } catch (...) {
        restore();
        throw;
    }
    restore();
    return y;
}

}  // namespace lab
