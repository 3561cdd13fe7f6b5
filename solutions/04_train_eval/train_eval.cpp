#include "train_eval.h"

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
        if (!(p >= 0 && p <= 1)) {  // also refuses NaN
            throw std::invalid_argument{"dropout probability has to be between 0 and 1, but got " +
                                        std::to_string(p)};
        }
    }

    Matrix forward(const Matrix& x) override {
        ran_ = true;
        mask_.reset();
        if (!training) return x;
        mask_ = bernoulli_mask(x.rows(), x.cols(), p_, rng_);
        return dropout_forward(x, *mask_, p_);
    }

    Matrix backward(const Matrix& grad_output) override {
        if (!ran_) throw std::logic_error{"dropout: backward before any forward"};
        return mask_ ? dropout_backward(grad_output, *mask_, p_) : grad_output;
    }

private:
    double p_;
    Rng rng_;
    bool ran_ = false;
    std::optional<Matrix> mask_;  // of the last forward; none when that was in evaluation mode
};

/// Puts each layer's mode back when it goes out of scope, also by way of an exception.
class ModeKeeper {
public:
    explicit ModeKeeper(nn::Layer& root) { remember(root); }
    ModeKeeper(const ModeKeeper&) = delete;
    ModeKeeper& operator=(const ModeKeeper&) = delete;
    ~ModeKeeper() {
        for (const auto& [layer, training] : modes_) layer->training = training;
    }

private:
    void remember(nn::Layer& layer) {
        modes_.emplace_back(&layer, layer.training);
        for (nn::Layer* child : layer.children()) remember(*child);
    }

    std::vector<std::pair<nn::Layer*, bool>> modes_;
};

}  // namespace

std::unique_ptr<nn::Layer> make_dropout(double p, std::uint64_t seed) {
    return std::make_unique<Dropout>(p, seed);
}

void set_training(nn::Layer& root, bool training) {
    root.training = training;
    for (nn::Layer* child : root.children()) set_training(*child, training);
}

Matrix predict(nn::Layer& network, const Matrix& x) {
    const ModeKeeper keeper(network);
    set_training(network, false);
    return network.forward(x);
}

}  // namespace lab
