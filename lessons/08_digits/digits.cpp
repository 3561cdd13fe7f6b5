#include "digits.h"

namespace lab {

std::vector<std::vector<Index>> mini_batches(Index samples, Index batch_size, Rng& rng) {
    // TODO(08): when 10 samples go into batches of 4, how large is each batch, and where does a
    // batch begin?
    throw NotWritten{"mini_batches"};
}

double train_epoch(nn::Layer& network, const Matrix& images, const std::vector<Index>& labels,
                   const std::vector<std::vector<Index>>& batches, std::vector<AdamState>& states,
                   const AdamOptions& options) {
    // TODO(08): what happens between one batch and the next, and what has to outlive the epoch?
    throw NotWritten{"train_epoch"};
}

double error_rate(nn::Layer& network, const Matrix& images, const std::vector<Index>& labels) {
    // TODO(08): ten scores for each image. Which digit does the network mean, and in which mode?
    throw NotWritten{"error_rate"};
}

}  // namespace lab
