// Restores by set_training, from the root down: each layer's own mode comes last.
#include "train_eval.h"

#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "bernoulli_mask.h"

namespace lab {

class DropoutModule : public nn::Layer {
private:
    double prob;
    Rng gen;
    Matrix mask;
    std::optional<bool> last_mode;

public:
    DropoutModule(double prob, std::uint64_t seed) : prob(prob), gen(seed) {
        // the negated form is true for NaN as well
        if (!(0.0 <= prob && prob <= 1.0)) {
            throw std::invalid_argument("Dropout probability must lie in [0, 1]; received " +
                                        std::to_string(prob));
        }
    }

    Matrix forward(const Matrix& x) override {
        last_mode = training;
        if (!training) return x;
        mask = bernoulli_mask(x.rows(), x.cols(), prob, gen);
        if (prob == 1.0) return Matrix::Zero(x.rows(), x.cols());
        return (x.array() * mask.array() / static_cast<float>(1.0 - prob)).matrix();
    }

    Matrix backward(const Matrix& grad_output) override {
        if (!last_mode.has_value()) { throw std::logic_error("call forward before backward"); }
        if (*last_mode == false) return grad_output;
        if (prob == 1.0) return Matrix::Zero(grad_output.rows(), grad_output.cols());
        return (grad_output.array() * mask.array() / static_cast<float>(1.0 - prob)).matrix();
    }
};

std::unique_ptr<nn::Layer> make_dropout(double p, std::uint64_t seed) {
    return std::make_unique<DropoutModule>(p, seed);
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

struct Saved {
    nn::Layer* layer;
    bool mode;
    std::vector<Saved> below;
};

Saved snapshot(nn::Layer& layer) {
    Saved saved{&layer, layer.training, {}};
    for (nn::Layer* child : layer.children()) saved.below.push_back(snapshot(*child));
    return saved;
}

void restore(const Saved& saved) {
    set_training(*saved.layer, saved.mode);
    for (const Saved& child : saved.below) restore(child);
}

}  // namespace

Matrix predict(nn::Layer& network, const Matrix& x) {
    const Saved before = snapshot(network);
    set_training(network, false);
    std::optional<Matrix> y;
    try {
        y.emplace(network.forward(x));
    } catch (...) {
        restore(before);
        throw;
    }
    restore(before);
    return *std::move(y);
}

}  // namespace lab
