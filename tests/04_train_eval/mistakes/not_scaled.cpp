// Diagnosis: not_scaled
// The survivors are not scaled, forward and backward.
#include "train_eval.h"

#include <memory>
#include <queue>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

namespace lab {

namespace {

double checked(double p) {
    if (p >= 0 && p <= 1) return p;
    throw std::invalid_argument("p = " + std::to_string(p) + " is not a probability (0 to 1)");
}

class DropoutLayer final : public nn::Layer {
public:
    DropoutLayer(double p, std::uint64_t seed) : p_(checked(p)), rng_(seed) {}

    Matrix forward(const Matrix& x) override {
        last_ = training ? Last::train : Last::eval;
        if (last_ == Last::eval) return x;

        std::uniform_real_distribution<double> uniform(0.0, 1.0);
        const float scale = p_ < 1.0 ? 1.0f : 0.0f;
        noise_ = Matrix::NullaryExpr(x.rows(), x.cols(),
                                     [&] { return uniform(rng_) >= p_ ? scale : 0.0f; });
        return x.cwiseProduct(noise_);
    }

    Matrix backward(const Matrix& grad_output) override {
        switch (last_) {
            case Last::none:
                break;
            case Last::eval:
                return grad_output;
            case Last::train:
                return grad_output.cwiseProduct(noise_);
        }
        throw std::logic_error("backward() without forward()");
    }

private:
    enum class Last { none, eval, train };

    const double p_;
    Rng rng_;
    Last last_ = Last::none;
    Matrix noise_;  // mask / (1-p)
};

}  // namespace

std::unique_ptr<nn::Layer> make_dropout(double p, std::uint64_t seed) {
    return std::unique_ptr<nn::Layer>(new DropoutLayer(p, seed));
}

void set_training(nn::Layer& root, bool training) {
    std::queue<nn::Layer*> waiting;
    waiting.push(&root);
    while (!waiting.empty()) {
        nn::Layer& layer = *waiting.front();
        waiting.pop();
        layer.training = training;
        for (auto* child : layer.children()) { waiting.push(child); }
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
