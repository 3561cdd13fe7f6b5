// Diagnosis: only_sequential
// Descends into nn::Sequential alone, by dynamic_cast.
#include "train_eval.h"

#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "bernoulli_mask.h"
#include "dropout_backward.h"
#include "inverted_scaling.h"
#include "nn/sequential.h"

namespace lab {

namespace {

class Dropout : public nn::Layer {
public:
    Dropout(double p, std::uint64_t seed) : p_(p), rng_(seed) {
        if (!(p >= 0.0 && p <= 1.0)) {
            throw std::invalid_argument("dropout probability has to be between 0 and 1, but got " +
                                        std::to_string(p));
        }
    }

    Matrix forward(const Matrix& x) override {
        has_run_ = true;
        if (!training) {
            mask_.reset();
            return x;
        }
        mask_ = bernoulli_mask(x.rows(), x.cols(), p_, rng_);
        return dropout_forward(x, *mask_, p_);
    }

    Matrix backward(const Matrix& grad_output) override {
        if (!has_run_) throw std::logic_error("Dropout::backward called before forward");
        if (!mask_) return grad_output;
        return dropout_backward(grad_output, *mask_, p_);
    }

private:
    double p_;
    Rng rng_;
    bool has_run_ = false;
    std::optional<Matrix> mask_;
};

}  // namespace

std::unique_ptr<nn::Layer> make_dropout(double p, std::uint64_t seed) {
    return std::make_unique<Dropout>(p, seed);
}

void set_training(nn::Layer& root, bool training) {
    root.training = training;
    if (auto* sequential = dynamic_cast<nn::Sequential*>(&root)) {
        for (nn::Layer* layer : sequential->children()) set_training(*layer, training);
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
