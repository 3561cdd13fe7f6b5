// Diagnosis: restored_by_the_root
// Restores by set_training with the root's old mode, for all layers alike.
#include "train_eval.h"

#include <optional>
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

class EvalScope {
public:
    explicit EvalScope(nn::Layer& root) : root_(root), was_training_(root.training) {
        set_training(root_, false);
    }
    ~EvalScope() { set_training(root_, was_training_); }

private:
    nn::Layer& root_;
    bool was_training_;
};

}  // namespace

Matrix predict(nn::Layer& network, const Matrix& x) {
    EvalScope scope(network);
    return network.forward(x);
}

}  // namespace lab
