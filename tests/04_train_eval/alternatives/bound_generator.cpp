// Draws through std::bind with std::ref to the layer's generator, into a plain vector.
#include "train_eval.h"

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace lab {

namespace {

class Dropout : public nn::Layer {
public:
    Dropout(double p, std::uint64_t seed)
        : p_(p),
          rng_(std::make_shared<Rng>(seed)),
          draw_(std::bind(std::bernoulli_distribution(1.0 - p), std::ref(*rng_))) {}

    Matrix forward(const Matrix& x) override {
        step_ = Step{training, std::vector<float>(static_cast<std::size_t>(x.size()), 1.0f)};
        if (training) {
            std::generate(step_->factors.begin(), step_->factors.end(),
                          [this] { return draw_() ? static_cast<float>(1.0 / (1.0 - p_)) : 0.0f; });
        }
        return times_factors(x);
    }

    Matrix backward(const Matrix& grad_output) override {
        if (!step_) throw std::logic_error("dropout has not run forward yet");
        return times_factors(grad_output);
    }

private:
    struct Step {
        bool training;
        std::vector<float> factors;
    };

    Matrix times_factors(const Matrix& in) const {
        if (!step_->training) return in;
        const Eigen::Map<const Matrix> factors(step_->factors.data(), in.rows(), in.cols());
        return in.cwiseProduct(factors);
    }

    double p_;
    std::shared_ptr<Rng> rng_;
    std::function<bool()> draw_;
    std::optional<Step> step_;
};

}  // namespace

std::unique_ptr<nn::Layer> make_dropout(double p, std::uint64_t seed) {
    if (!(p >= 0.0 && p <= 1.0)) {
        throw std::invalid_argument("make_dropout: got p = " + std::to_string(p));
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
