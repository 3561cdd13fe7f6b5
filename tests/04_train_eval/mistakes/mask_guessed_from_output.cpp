// Diagnosis: mask_guessed
// The mask is guessed from the zeros of the output: a kept zero counts as dropped.
#include "train_eval.h"

#include <map>
#include <optional>
#include <stdexcept>
#include <string>

#include "bernoulli_mask.h"
#include "dropout_backward.h"
#include "inverted_scaling.h"

namespace lab {

namespace {

class Dropout : public nn::Layer {
public:
    Dropout(double p, std::uint64_t seed) : p_(p), rng_(seed) {
        if (!(p >= 0.0 && p <= 1.0)) {
            throw std::invalid_argument("p must be between 0 and 1, got " + std::to_string(p));
        }
    }

    Matrix forward(const Matrix& x) override {
        was_training_ = training;
        if (!training) return x;
        const Matrix mask = bernoulli_mask(x.rows(), x.cols(), p_, rng_);
        output_ = dropout_forward(x, mask, p_);
        return output_;
    }

    Matrix backward(const Matrix& grad_output) override {
        if (!was_training_) throw std::logic_error("backward before forward");
        if (!*was_training_) return grad_output;
        // what is zero in the output was dropped, as in ReLU
        const Matrix mask = (output_.array() != 0.0f).cast<float>();
        return dropout_backward(grad_output, mask, p_);
    }

private:
    double p_;
    Rng rng_;
    std::optional<bool> was_training_;
    Matrix output_;
};

}  // namespace

std::unique_ptr<nn::Layer> make_dropout(double p, std::uint64_t seed) {
    return std::make_unique<Dropout>(p, seed);
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
