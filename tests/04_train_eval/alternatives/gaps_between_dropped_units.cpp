// Draws how far it is to the next dropped unit (geometric), not one bit for each unit.
#include "train_eval.h"

#include <cmath>
#include <optional>
#include <queue>
#include <random>
#include <sstream>
#include <stdexcept>
#include <utility>
#include <vector>

namespace lab {

namespace {

class SkippingDropout : public nn::Layer {
public:
    SkippingDropout(double p, std::uint64_t seed) : p_(p), rng_(seed) {
        if (std::isnan(p) || p < 0.0 || p > 1.0) {
            std::ostringstream text;
            text << "p must be within [0, 1] but is " << p;
            throw std::invalid_argument(text.str());
        }
    }

    Matrix forward(const Matrix& x) override {
        noise_.reset();
        ran_ = true;
        if (!training) return x;
        if (p_ == 1.0) {
            noise_ = Matrix::Zero(x.rows(), x.cols());
            return *noise_;
        }
        noise_ = Matrix::Constant(x.rows(), x.cols(), static_cast<float>(1.0 / (1.0 - p_)));
        if (p_ > 0.0) {
            std::geometric_distribution<Index> kept_before_next_drop(p_);
            Index at = kept_before_next_drop(rng_);
            while (at < noise_->size()) {
                noise_->data()[at] = 0.0f;
                at += 1 + kept_before_next_drop(rng_);
            }
        }
        return x.cwiseProduct(*noise_);
    }

    Matrix backward(const Matrix& grad_output) override {
        if (!ran_) throw std::logic_error("backward() before forward()");
        if (!noise_) return grad_output;
        return grad_output.cwiseProduct(*noise_);
    }

private:
    double p_;
    Rng rng_;
    std::optional<Matrix> noise_;
    bool ran_ = false;
};

}  // namespace

std::unique_ptr<nn::Layer> make_dropout(double p, std::uint64_t seed) {
    return std::make_unique<SkippingDropout>(p, seed);
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
