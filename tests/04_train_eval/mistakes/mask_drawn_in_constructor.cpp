// Diagnosis: mask_repeated
// All of the draws are made in the constructor; each forward reuses them.
#include "train_eval.h"

#include <array>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

namespace lab {

namespace {

class Dropout : public nn::Layer {
public:
    Dropout(double p, std::uint64_t seed) : p(p) {
        Rng rng(seed);
        std::uniform_real_distribution<double> unit(0.0, 1.0);
        for (char& bit : pattern) bit = unit(rng) < p ? 0 : 1;
    }

    Matrix forward(const Matrix& x) override {
        forward_done = true;
        dropped_something = training;
        if (!training) return x;

        kept.assign(static_cast<std::size_t>(x.size()), 0);
        Matrix y = x;
        float* value = y.data();
        for (std::size_t i = 0; i < kept.size(); ++i) {
            kept[i] = pattern[i % pattern.size()];
            value[i] = kept[i] ? value[i] / static_cast<float>(1 - p) : 0.0f;
        }
        return y;
    }

    Matrix backward(const Matrix& grad_output) override {
        if (!forward_done) throw std::logic_error("no forward pass to go back through");
        Matrix grad = grad_output;
        if (!dropped_something) return grad;
        float* value = grad.data();
        for (std::size_t i = 0; i < kept.size(); ++i) {
            value[i] = kept[i] ? value[i] / static_cast<float>(1 - p) : 0.0f;
        }
        return grad;
    }

private:
    double p;
    std::array<char, 65536> pattern{};
    std::vector<char> kept;
    bool forward_done = false;
    bool dropped_something = false;
};

}  // namespace

std::unique_ptr<nn::Layer> make_dropout(double p, std::uint64_t seed) {
    const bool legal = p >= 0.0 && p <= 1.0;
    if (!legal) {
        throw std::invalid_argument("dropout: p is " + std::to_string(p) +
                                    ", allowed are values from 0 to 1");
    }
    return std::make_unique<Dropout>(p, seed);
}

void set_training(nn::Layer& root, bool training) {
    std::vector<nn::Layer*> todo{&root};
    while (!todo.empty()) {
        nn::Layer* layer = todo.back();
        todo.pop_back();
        layer->training = training;
        for (nn::Layer* child : layer->children()) todo.push_back(child);
    }
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
