// Stores no mask: backward draws it again from the generator's state before the forward.
#include "train_eval.h"

#include <algorithm>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

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
        ran_ = true;
        before_.reset();
        if (!training) return x;
        before_ = rng_;
        return dropout_forward(x, bernoulli_mask(x.rows(), x.cols(), p_, rng_), p_);
    }

    Matrix backward(const Matrix& grad_output) override {
        if (!ran_) throw std::logic_error("backward without forward");
        if (!before_) return grad_output;
        Rng rng = *before_;
        return dropout_backward(
            grad_output, bernoulli_mask(grad_output.rows(), grad_output.cols(), p_, rng), p_);
    }

private:
    double p_;
    Rng rng_;
    bool ran_ = false;
    std::optional<Rng> before_;
};

}  // namespace

std::unique_ptr<nn::Layer> make_dropout(double p, std::uint64_t seed) {
    return std::make_unique<Dropout>(p, seed);
}

void set_training(nn::Layer& root, bool training) {
    const std::vector<nn::Layer*> inside = root.children();
    std::for_each(inside.begin(), inside.end(),
                  [training](nn::Layer* layer) { set_training(*layer, training); });
    root.training = training;
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
