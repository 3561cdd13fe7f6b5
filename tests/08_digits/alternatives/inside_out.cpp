// Inserts each index in a random place; the states are moved out and back; the error is counted
// image by image, each with a predict of its own.
#include "digits.h"

#include <sstream>
#include <stdexcept>
#include <utility>

#include "nn/softmax_cross_entropy.h"
#include "train_eval.h"

namespace lab {

std::vector<std::vector<Index>> mini_batches(Index samples, Index batch_size, Rng& rng) {
    if (samples < 0 || batch_size < 1) {
        std::ostringstream message;
        message << "samples " << samples << ", batch size " << batch_size;
        throw std::invalid_argument(message.str());
    }
    std::vector<Index> order;
    for (Index i = 0; i < samples; ++i) {
        const auto place =
            static_cast<std::ptrdiff_t>(rng() % static_cast<Rng::result_type>(i + 1));
        order.insert(order.begin() + place, i);
    }
    const Index count = (samples + batch_size - 1) / batch_size;
    std::vector<std::vector<Index>> batches(static_cast<std::size_t>(count));
    for (Index i = 0; i < samples; ++i) {
        batches[static_cast<std::size_t>(i / batch_size)].push_back(
            order[static_cast<std::size_t>(i)]);
    }
    return batches;
}

double train_epoch(nn::Layer& network, const Matrix& images, const std::vector<Index>& labels,
                   const std::vector<std::vector<Index>>& batches, std::vector<AdamState>& states,
                   const AdamOptions& options) {
    const auto parameters = network.parameters();
    const auto rows = static_cast<std::size_t>(images.rows());
    std::ostringstream message;
    if (labels.size() != rows) message << rows << " images and " << labels.size() << " labels. ";
    if (states.size() != parameters.size() && !states.empty()) {
        message << parameters.size() << " parameters and " << states.size() << " states.";
    }
    if (!message.str().empty()) throw std::invalid_argument(message.str());

    std::vector<AdamState> mine = std::move(states);
    mine.resize(parameters.size());
    std::pair<double, std::size_t> total{0, 0};
    for (const auto& batch : batches) {
        set_training(network, true);
        std::vector<Index> y;
        Matrix x = Matrix::Constant(static_cast<Index>(batch.size()), images.cols(), -1);
        for (auto i = batch.rbegin(); i != batch.rend(); ++i) {
            y.insert(y.begin(), labels.at(static_cast<std::size_t>(*i)));
            x.row(batch.rend() - i - 1) = images.row(*i);
        }
        const nn::Loss loss = nn::softmax_cross_entropy(network.forward(x), y);
        nn::zero_grad(network);
        network.backward(loss.grad);
        for (std::size_t k = 0; k < parameters.size(); ++k) {
            adam_step(*parameters[k], mine[k], options);
        }
        total.first += loss.value * static_cast<double>(y.size());
        total.second += y.size();
    }
    set_training(network, true);
    states = std::move(mine);
    return total.second == 0 ? 0.0 : total.first / static_cast<double>(total.second);
}

double error_rate(nn::Layer& network, const Matrix& images, const std::vector<Index>& labels) {
    std::ostringstream message;
    message << images.rows() << " images and " << labels.size() << " labels";
    if (labels.empty() || images.rows() != static_cast<Index>(labels.size())) {
        throw std::invalid_argument(message.str());
    }
    int wrong = 0;
    Index i = 0;
    for (const Index label : labels) {
        Index answer = -1;
        predict(network, images.row(i++)).row(0).maxCoeff(&answer);
        wrong += answer == label ? 0 : 1;
    }
    return wrong / static_cast<double>(i);
}

}  // namespace lab
