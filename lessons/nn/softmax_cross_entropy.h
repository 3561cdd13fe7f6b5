#pragma once

#include "nn/loss.h"

namespace lab::nn {

/// The mean over the batch of -log softmax(scores)[label]: how surprised the network is by the
/// right class.
///
/// Shape:  scores is (batch, classes), before any softmax; labels has one entry for each sample.
/// Units:  a label is the index of the right class, from 0.
/// Errors: std::invalid_argument when the batch is empty, when there are more or fewer labels than
///         samples, or when a label is no class; the message holds the numbers.
/// Source: torch::nn::CrossEntropyLoss with its default, the mean.
Loss softmax_cross_entropy(const Matrix& scores, const std::vector<Index>& labels);

}  // namespace lab::nn
