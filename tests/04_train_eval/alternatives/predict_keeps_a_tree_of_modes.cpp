// Saves the modes in a map from layer to mode and walks the tree again to restore.
#include "train_eval.h"

#include <algorithm>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <utility>

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
    Matrix noise_;  // mask / (1-p)
};

}  // namespace

std::unique_ptr<nn::Layer> make_dropout(double p, std::uint64_t seed) {
    return std::unique_ptr<nn::Layer>(new DropoutLayer(p, seed));
}

void set_training(nn::Layer& root, bool training) {
    struct Visitor {
        bool mode;
        void operator()(nn::Layer* layer) const {
            const auto below = layer->children();
            std::for_each(below.rbegin(), below.rend(), *this);
            layer->training = mode;
        }
    };
    Visitor{training}(&root);
}

namespace {

template <class Action>
void walk(nn::Layer& layer, const Action& action) {
    action(layer);
    for (nn::Layer* child : layer.children()) walk(*child, action);
}

// Runs what it was given when it goes out of scope.
template <class Action>
class Finally {
public:
    explicit Finally(Action action) : action_(std::move(action)) {}
    ~Finally() { action_(); }
    Finally(const Finally&) = delete;
    Finally& operator=(const Finally&) = delete;

private:
    Action action_;
};

}  // namespace

Matrix predict(nn::Layer& network, const Matrix& x) {
    std::unordered_map<const nn::Layer*, bool> before;
    walk(network, [&](nn::Layer& layer) { before.try_emplace(&layer, layer.training); });
    const Finally restore(
        [&] { walk(network, [&](nn::Layer& layer) { layer.training = before.at(&layer); }); });
    walk(network, [](nn::Layer& layer) { layer.training = false; });
    return network.forward(x);
}

}  // namespace lab
