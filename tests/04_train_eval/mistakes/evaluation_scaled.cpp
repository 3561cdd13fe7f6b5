// Diagnosis: eval_scales
// Evaluation divides by 1-p as training does; only the mask is left out.
#include "train_eval.h"

#include <optional>
#include <queue>
#include <stdexcept>
#include <string>
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
        if (!training) return x / static_cast<float>(prob < 1.0 ? 1.0 - prob : 1.0);
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
