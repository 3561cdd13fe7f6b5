// A class takes the steps; the order is drawn backwards, place by place; a loss keeps its batch.
#include "digits.h"

#include <algorithm>
#include <list>
#include <optional>
#include <stdexcept>
#include <string>

#include "nn/softmax_cross_entropy.h"
#include "train_eval.h"

namespace lab {

namespace {

class Trainer {
public:
    Trainer(nn::Layer& network, std::vector<AdamState>& states, const AdamOptions& options)
        : network_(network), states_(states), options_(options) {
        const std::size_t needed = network.parameters().size();
        if (states.empty()) states.insert(states.end(), needed, {});
        if (needed == states.size()) return;
        throw std::invalid_argument("expected " + std::to_string(needed) + " states, got " +
                                    std::to_string(states.size()));
    }

    void step(const Matrix& x, const std::vector<Index>& y) {
        nn::zero_grad(network_);
        const nn::Loss loss = nn::softmax_cross_entropy(network_.forward(x), y);
        network_.backward(loss.grad);
        std::size_t k = 0;
        for (nn::Parameter* parameter : network_.parameters()) {
            AdamState state = states_[k];
            adam_step(*parameter, state, options_);
            states_[k++] = state;
        }
        for (std::size_t i = 0; i < y.size(); ++i) {
            ++samples_;
            mean_ += (loss.value - mean_) / samples_;
        }
    }

    double mean() const { return mean_; }

private:
    nn::Layer& network_;
    std::vector<AdamState>& states_;
    const AdamOptions options_;
    double mean_ = 0, samples_ = 0;
};

}  // namespace

std::vector<std::vector<Index>> mini_batches(Index samples, Index batch_size, Rng& rng) {
    if (batch_size < 1) throw std::invalid_argument("got " + std::to_string(batch_size));
    if (samples < 0) throw std::invalid_argument("got " + std::to_string(samples));
    // Each index looks for a free place.
    std::vector<std::optional<Index>> places(static_cast<std::size_t>(samples));
    for (Index i = 0; i < samples; ++i) {
        std::size_t place;
        do place = rng() % places.size();
        while (places[place].has_value());
        places[place] = i;
    }
    std::list<std::vector<Index>> batches;
    for (std::size_t i = places.size(); i-- > 0;) {
        if (batches.empty() || batches.back().size() == static_cast<std::size_t>(batch_size)) {
            batches.emplace_back();
        }
        batches.back().push_back(*places[i]);
    }
    return {batches.begin(), batches.end()};
}

double train_epoch(nn::Layer& network, const Matrix& images, const std::vector<Index>& labels,
                   const std::vector<std::vector<Index>>& batches, std::vector<AdamState>& states,
                   const AdamOptions& options) {
    const auto count = static_cast<Index>(labels.size());
    if (count != images.rows()) {
        throw std::invalid_argument(std::to_string(count) + " labels were given for " +
                                    std::to_string(images.rows()));
    }
    Trainer trainer(network, states, options);
    set_training(network, true);
    for (const auto& batch : batches) {
        if (std::any_of(batch.begin(), batch.end(), [&](Index i) { return i < 0 || i >= count; })) {
            throw std::out_of_range("a batch has an index that no image has");
        }
        const auto size = static_cast<Index>(batch.size());
        std::vector<Index> y(batch.size());
        Eigen::MatrixXf columns(images.cols(), size);
        for (std::size_t k = 0; k < batch.size(); ++k) {
            columns.col(static_cast<Index>(k)) = images.row(batch[k]).transpose();
            y[k] = labels[static_cast<std::size_t>(batch[k])];
        }
        trainer.step(columns.transpose(), y);
    }
    return trainer.mean();
}

double error_rate(nn::Layer& network, const Matrix& images, const std::vector<Index>& labels) {
    if (images.size() == 0)
        throw std::invalid_argument("no images: " + std::to_string(labels.size()));
    if (labels.size() != static_cast<std::size_t>(images.rows())) {
        throw std::invalid_argument(std::to_string(labels.size()) + " labels were given for " +
                                    std::to_string(images.rows()));
    }
    const Eigen::MatrixXf scores = predict(network, images).transpose();
    double error = 0;
    for (Index i = 0; i < scores.cols(); ++i) {
        Index row = 0, column = 0;
        scores.col(i).maxCoeff(&row, &column);
        const double wrong = row != labels[static_cast<std::size_t>(i)] ? 1 : 0;
        error += (wrong - error) / static_cast<double>(i + 1);
    }
    return error;
}

}  // namespace lab
