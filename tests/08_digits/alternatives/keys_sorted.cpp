// Sorts random keys instead of shuffling; picks rows by Eigen's indexing; guards the modes itself.
#include "digits.h"

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "nn/softmax_cross_entropy.h"

namespace lab {

namespace {

std::invalid_argument complaint(const char* what, Index received, Index expected) {
    return std::invalid_argument(std::string(what) + ": " + std::to_string(received) + ", not " +
                                 std::to_string(expected));
}

/// Sets the mode of a layer and all below, and puts everything back at the end of its life.
class Mode {
public:
    Mode(nn::Layer& layer, bool training) : layer_(layer), before_(layer.training) {
        layer.training = training;
        for (nn::Layer* child : layer.children()) {
            below_.push_back(std::make_unique<Mode>(*child, training));
        }
    }
    Mode(const Mode&) = delete;
    Mode& operator=(const Mode&) = delete;
    ~Mode() {
        if (!kept_) layer_.training = before_;
    }
    void keep() {
        kept_ = true;
        for (const auto& mode : below_) mode->keep();
    }

private:
    nn::Layer& layer_;
    bool before_, kept_ = false;
    std::vector<std::unique_ptr<Mode>> below_;
};

}  // namespace

std::vector<std::vector<Index>> mini_batches(Index samples, Index batch_size, Rng& rng) {
    if (samples < 0) throw complaint("samples", samples, 0);
    if (batch_size < 1) throw complaint("batch size", batch_size, 1);
    std::vector<std::pair<std::uint64_t, Index>> keyed;
    for (Index i = 0; i < samples; ++i) keyed.emplace_back(rng(), i);
    std::sort(keyed.begin(), keyed.end());
    std::vector<std::vector<Index>> batches;
    for (std::size_t i = 0; i < keyed.size(); ++i) {
        if (i % static_cast<std::size_t>(batch_size) == 0) batches.emplace_back();
        batches.back().push_back(keyed[i].second);
    }
    return batches;
}

double train_epoch(nn::Layer& network, const Matrix& images, const std::vector<Index>& labels,
                   const std::vector<std::vector<Index>>& batches, std::vector<AdamState>& states,
                   const AdamOptions& options) {
    const auto images_count = images.rows(), labels_count = static_cast<Index>(labels.size());
    if (labels_count != images_count) throw complaint("labels", labels_count, images_count);
    const auto needed = network.parameters().size();
    if (states.empty()) states = std::vector<AdamState>(needed);
    if (states.size() != needed) {
        throw complaint("states", static_cast<Index>(states.size()), static_cast<Index>(needed));
    }
    for (const auto& batch : batches) {
        for (const Index i : batch) {
            if (i < 0 || i >= images_count) throw std::out_of_range("image " + std::to_string(i));
        }
    }
    Mode(network, true).keep();
    const auto all_labels = Eigen::Map<const Eigen::Matrix<Index, Eigen::Dynamic, 1>>(
        labels.data(), static_cast<Index>(labels.size()));
    double sum = 0, count = 0;
    for (const auto& batch : batches) {
        const Matrix x = images(batch, Eigen::all);
        std::vector<Index> wanted(batch.size());
        Eigen::Map<Eigen::Matrix<Index, Eigen::Dynamic, 1>>(
            wanted.data(), static_cast<Index>(wanted.size())) = all_labels(batch);
        nn::zero_grad(network);
        const auto [value, grad] = nn::softmax_cross_entropy(network.forward(x), wanted);
        network.backward(grad);
        auto state = states.begin();
        for (nn::Parameter* parameter : network.parameters()) {
            adam_step(*parameter, *state++, options);
        }
        const double before = count;
        count += static_cast<double>(batch.size());
        sum = sum * (before / count) + value * (static_cast<double>(batch.size()) / count);
    }
    return sum;
}

double error_rate(nn::Layer& network, const Matrix& images, const std::vector<Index>& labels) {
    const auto count = static_cast<Index>(labels.size());
    if (images.rows() != count) throw complaint("labels", count, images.rows());
    if (count == 0) throw std::invalid_argument("an error rate of nothing");
    const Mode evaluation(network, false);
    const Matrix scores = network.forward(images);
    Index right = 0;
    for (Index i = 0; i < count; ++i) {
        const float* row = scores.data() + i * scores.cols();
        right +=
            std::max_element(row, row + scores.cols()) - row == labels[static_cast<std::size_t>(i)];
    }
    return 1 - static_cast<double>(right) / static_cast<double>(count);
}

}  // namespace lab
