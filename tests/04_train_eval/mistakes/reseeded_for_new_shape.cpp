// Diagnosis: reseeded_for_new_shape
// Whenever the batch size changes, everything that belongs to the old one is made anew.
#include "train_eval.h"

#include <optional>
#include <queue>
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
    Dropout(double p, std::uint64_t seed) : p_(p), seed_(seed) {
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
        if (x.rows() != rows_) {
            rows_ = x.rows();
            rng_.seed(seed_);
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
    std::uint64_t seed_;
    Rng rng_;
    Index rows_ = -1;
    bool has_run_ = false;
    std::optional<Matrix> mask_;
};

}  // namespace

std::unique_ptr<nn::Layer> make_dropout(double p, std::uint64_t seed) {
    return std::make_unique<Dropout>(p, seed);
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

class ModeGuard {
public:
    explicit ModeGuard(nn::Layer& root) { save(root); }
    ~ModeGuard() {
        for (const auto& [layer, mode] : saved_) layer->training = mode;
    }
    ModeGuard(const ModeGuard&) = delete;
    ModeGuard& operator=(const ModeGuard&) = delete;

private:
    void save(nn::Layer& layer) {
        saved_.emplace_back(&layer, layer.training);
        for (nn::Layer* child : layer.children()) save(*child);
    }

    std::vector<std::pair<nn::Layer*, bool>> saved_;
};

}  // namespace

Matrix predict(nn::Layer& network, const Matrix& x) {
    ModeGuard guard(network);
    set_training(network, false);
    return network.forward(x);
}

}  // namespace lab
