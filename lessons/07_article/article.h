#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "l2.h"
#include "nn/sequential.h"

namespace lab {

/// One epoch as the article trains: every layer in training mode (whatever its mode was before the
/// call), then one step for each sample, in the order of the rows. A step is forward of one row,
/// nn::mean_squared_error, zero_grad, backward, and adam_step of every parameter with its own
/// state. Returns the sum of the samples' losses, each of them as it was before its step.
///
/// Shape:  x is (samples, inputs), y (samples, outputs). states holds one AdamState for each of
///         network.parameters(), in that order; empty before the first epoch, it is filled by it,
///         and the next epoch goes on from there.
/// Units:  an epoch of no samples takes no step and returns 0.
/// Errors: std::invalid_argument, before any step, when x and y have different numbers of rows, or
///         when states is neither empty nor of the right size; the message holds both numbers.
/// Source: the article that lesson 04 tells of: torch.optim.Adam, one sample a step.
double train_epoch(nn::Sequential& network, const Matrix& x, const Matrix& y,
                   std::vector<AdamState>& states, const AdamOptions& options);

/// Where to look at the network: evenly spaced from the smallest to the largest x that it was
/// taught, both included. Outside of these nothing was learned, so nothing is asked.
///
/// Shape:  x is (samples, 1), in any order; the result is (count, 1), ascending.
/// Errors: std::invalid_argument when count is below 2 (the message holds it) or x is empty.
Matrix evaluation_points(const Matrix& x, Index count);

/// The mean of (prediction - truth)² over all entries, the prediction made in evaluation mode.
/// Afterwards each layer is in the mode in which it was before, also when this throws.
///
/// Shape:  x is (batch, inputs), truth (batch, outputs).
/// Units:  the square of truth's. It is divided by nothing but the number of entries. (The article
///         divides each square by the squared prediction.)
/// Errors: std::invalid_argument when truth has another shape than the prediction; the message
///         holds the rows and columns of both.
double mean_squared_error(nn::Layer& network, const Matrix& x, const Matrix& truth);

/// True when the output no longer depends on the input: in evaluation mode, in each column of the
/// output, largest - smallest ≤ 1e-6 · max(1, largest |output| of the column). A dead ReLU at the
/// output does this, but the constant need not be 0. Modes are kept as in mean_squared_error.
///
/// Shape:  x is (batch, inputs), with different rows.
/// Errors: std::invalid_argument when x has fewer than 2 rows, which tell nothing; the message
///         holds their number.
bool collapsed(nn::Layer& network, const Matrix& x);

/// One way to train the article's network.
struct Recipe {
    std::string name;
    double dropout = 0;         ///< p after the second and the third hidden layer
    double weight_decay = 0;    ///< λ
    bool biases_decay = false;  ///< true: λ acts on all parameters, as LibTorch has it
};

/// What became of one training.
struct Run {
    double error;    ///< means nothing when collapsed
    bool collapsed;  ///< the output no longer depends on the input
};

/// What became of one recipe's runs.
struct Summary {
    std::string recipe;                             ///< its name
    double lower_quartile, median, upper_quartile;  ///< of the errors of the runs that live
    std::size_t runs, collapsed;                    ///< all runs; those of them that collapsed
};

/// Trains by one recipe from one seed.
using Experiment = std::function<Run(const Recipe&, std::uint64_t seed)>;

/// Runs every recipe with every seed, each pair exactly once, one after another in any order, and
/// sums each recipe up, in the order of recipes. A collapsed run is counted; its error takes no
/// part in the quartiles.
///
/// With the n living errors in ascending order, numbered from 0, the quantile q (1/4, 1/2, 3/4)
/// stands at position (n-1)·q, on the straight line between the two neighbours when that is no
/// whole number. Without any living run all three are NaN.
///
/// Errors: std::invalid_argument, before any run, when there are fewer than two seeds (one lucky
///         seed proves nothing; the message holds their number) or no recipe.
/// Source: Hyndman and Fan 1996, definition 7; torch::quantile with its default, "linear".
std::vector<Summary> compare(const std::vector<Recipe>& recipes,
                             const std::vector<std::uint64_t>& seeds, const Experiment& experiment);

}  // namespace lab
