// Diagnosis: modes_not_restored
// Leaves the whole network in evaluation.
#include "train_eval.h"

#include <algorithm>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

namespace lab {

namespace {

class Dropout : public nn::Layer {
public:
    Dropout(double p, std::uint64_t seed) : p(p), rng(seed) {}

    Matrix forward(const Matrix& x) override {
        forward_done = true;
        dropped_something = training;
        if (!training) return x;

        kept.assign(static_cast<std::size_t>(x.size()), 0);
        Matrix y = x;
        float* value = y.data();
        for (std::size_t i = 0; i < kept.size(); ++i) {
            kept[i] = unit(rng) < p ? 0 : 1;
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
    Rng rng;
    std::uniform_real_distribution<double> unit{0.0, 1.0};
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
    const std::vector<nn::Layer*> inside = root.children();
    std::for_each(inside.begin(), inside.end(),
                  [training](nn::Layer* layer) { set_training(*layer, training); });
    root.training = training;
}

Matrix predict(nn::Layer& network, const Matrix& x) {
    set_training(network, false);
    return network.forward(x);
}

}  // namespace lab
