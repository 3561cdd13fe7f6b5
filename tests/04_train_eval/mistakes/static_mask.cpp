// Diagnosis: state_shared_by_layers
// The mask is static: the layers of a network overwrite each other's.
#include "train_eval.h"

#include <map>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>

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
        const float scale = p_ < 1.0 ? static_cast<float>(1.0 / (1.0 - p_)) : 0.0f;
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
    static inline Matrix noise_;  // mask / (1-p)
};

}  // namespace

std::unique_ptr<nn::Layer> make_dropout(double p, std::uint64_t seed) {
    return std::unique_ptr<nn::Layer>(new DropoutLayer(p, seed));
}

void set_training(nn::Layer& root, bool training) {
    root.training = training;
    for (nn::Layer* child : root.children()) set_training(*child, training);
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
