#pragma once

#include <vector>

#include "l2.h"
#include "nn/layer.h"

namespace lab {

/// The indices 0 … samples-1 in a new random order, cut into batches.
///
/// Shape:  each batch holds batch_size indices; the last one holds the rest, which may be fewer.
///         Each index is in exactly one batch. For samples = 0 there are no batches.
/// Units:  every order is equally likely. All chance comes from rng: the next call with the same
///         rng gives another order.
/// Errors: std::invalid_argument when samples is negative or batch_size is below 1; the message
///         holds that number.
std::vector<std::vector<Index>> mini_batches(Index samples, Index batch_size, Rng& rng);

/// Takes one training step for each batch, in order, and returns the loss.
///
/// A step: one forward of the batch's images, row k of them being image batch[k]; their
/// nn::softmax_cross_entropy, a mean over this batch; one backward of its gradient alone; then
/// adam_step of every parameter, each with a state of its own. All layers are in training mode from
/// the start, in whatever mode they were before, and stay in it.
///
/// Shape:  images is (samples, inputs); labels holds the right class of each image. Batches are
///         lists of indices into both, none of them empty. They need not hold every image.
/// Units:  the result is the mean loss of a sample, over all samples of all batches, each as it was
///         in the forward of its own step; 0 when there are no batches. No decay is part of it.
/// States: one for each parameter, in the order of network.parameters(). An empty vector, as before
///         the first epoch, is filled first; the next epoch goes on with what this one left there.
/// Errors: std::invalid_argument when there are more or fewer labels than images, or when states is
///         neither empty nor one for each parameter (the message holds both numbers);
///         std::out_of_range for an index that is no image's.
double train_epoch(nn::Layer& network, const Matrix& images, const std::vector<Index>& labels,
                   const std::vector<std::vector<Index>>& batches, std::vector<AdamState>& states,
                   const AdamOptions& options);

/// The share of images that the network takes for something else: whose largest score is not that
/// of their label. In evaluation mode; afterwards each layer is in the mode in which it was before,
/// also when forward throws, whose exception goes on to the caller.
///
/// Shape:  images is (samples, inputs), labels as above; the network's output has one row of scores
///         for each image and one column for each class.
/// Units:  a fraction from 0 to 1, not a percentage. Of equal scores, the first one counts.
/// Errors: std::invalid_argument when there are no images, or more or fewer labels than images (the
///         message holds both numbers).
double error_rate(nn::Layer& network, const Matrix& images, const std::vector<Index>& labels);

}  // namespace lab
