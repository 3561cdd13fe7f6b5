// Diagnosis: first_level_only
// Reaches the root's children and stops there.
#include "train_eval.h"

#include <map>
#include <optional>
#include <stdexcept>
#include <string>

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
    root.training = training;
    for (nn::Layer* child : root.children()) child->training = training;
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
