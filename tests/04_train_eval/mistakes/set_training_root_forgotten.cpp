// Diagnosis: root_forgotten
// Switches all descendants and not the root itself.
#include "train_eval.h"

#include <cmath>
#include <map>
#include <random>
#include <sstream>
#include <stdexcept>

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
                y(i, j) = mask(i, j) != 0.0f ? x(i, j) / static_cast<float>(1.0 - drop) : 0.0f;
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
                    grad(i, j) = grad_output(i, j) / static_cast<float>(1.0 - drop);
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
    for (nn::Layer* child : root.children()) {
        child->training = training;
        set_training(*child, training);
    }
}

namespace {

void remember(nn::Layer& layer, std::map<nn::Layer*, bool>& modes) {
    modes[&layer] = layer.training;
    for (nn::Layer* child : layer.children()) remember(*child, modes);
}

void put_back(const std::map<nn::Layer*, bool>& modes) {
    for (const auto& entry : modes) entry.first->training = entry.second;
}

}  // namespace

Matrix predict(nn::Layer& network, const Matrix& x) {
    std::map<nn::Layer*, bool> modes;
    remember(network, modes);
    set_training(network, false);
    try {
        Matrix y = network.forward(x);
        put_back(modes);
        return y;
    } catch (...) {
        put_back(modes);
        throw;
    }
}

}  // namespace lab
