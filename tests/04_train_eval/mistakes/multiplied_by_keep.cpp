// Diagnosis: times_keep
// The survivors are multiplied by 1-p in place of divided.
#include "train_eval.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <sstream>
#include <stdexcept>
#include <vector>

namespace lab {

namespace {

struct DropoutLayer : nn::Layer {
    double drop;
    Rng engine;
    Matrix mask;
    bool called = false;
    bool masked = false;

    DropoutLayer(double drop_probability, std::uint64_t seed)
        : drop(drop_probability), engine(seed) {}

    Matrix forward(const Matrix& x) override {
        called = true;
        masked = training;
        if (!masked) return x;
        std::bernoulli_distribution keep(1.0 - drop);
        mask.resize(x.rows(), x.cols());
        Matrix y(x.rows(), x.cols());
        for (Index i = 0; i < x.rows(); ++i) {
            for (Index j = 0; j < x.cols(); ++j) {
                mask(i, j) = keep(engine) ? 1.0f : 0.0f;
                y(i, j) = mask(i, j) != 0.0f ? x(i, j) * static_cast<float>(1.0 - drop) : 0.0f;
            }
        }
        return y;
    }

    Matrix backward(const Matrix& grad_output) override {
        if (!called) throw std::logic_error("dropout: backward needs a forward pass first");
        if (!masked) return grad_output;
        Matrix grad = Matrix::Zero(grad_output.rows(), grad_output.cols());
        for (Index i = 0; i < grad.rows(); ++i) {
            for (Index j = 0; j < grad.cols(); ++j) {
                if (mask(i, j) != 0.0f) {
                    grad(i, j) = grad_output(i, j) * static_cast<float>(1.0 - drop);
                }
            }
        }
        return grad;
    }
};

}  // namespace

std::unique_ptr<nn::Layer> make_dropout(double p, std::uint64_t seed) {
    if (std::isnan(p) || p < 0 || p > 1) {
        std::ostringstream message;
        message << "make_dropout: p must be in [0, 1], got " << p;
        throw std::invalid_argument(message.str());
    }
    return std::make_unique<DropoutLayer>(p, seed);
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
    } catch (...) {
        restore();
        throw;
    }
    restore();
    return y;
}

}  // namespace lab
