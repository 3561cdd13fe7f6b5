#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "nn/sequential.h"

namespace lab {

enum class LayerKind { linear, batch_norm, sigmoid, tanh, relu, dropout };

/// What can be wrong with a dropout's place:
enum class PlacementRule {
    after_output,       ///< no linear layer follows it, be it directly or later
    before_batch_norm,  ///< the next layer is a batch normalization
    before_activation,  ///< the next layer is a sigmoid or a tanh; a ReLU is harmless
    stacked,            ///< two dropouts with nothing between
};

/// One rule that one dropout breaks.
struct PlacementIssue {
    std::size_t layer;  ///< the dropout's index, from 0; of two that are stacked, either one's
    PlacementRule rule;
};

/// The rules that a network's dropouts break. One dropout may break several. Two dropouts with
/// nothing between are one issue (`stacked`), three in a row are two.
///
/// Shape:  layers in the order of forward; the issues may come in any order.
/// Errors: none: any list of layers is legal, also the empty one.
/// Source: Srivastava et al. 2014 for where dropout belongs; Li et al. 2018, "Understanding the
///         Disharmony between Dropout and Batch Normalization by Variance Shift".
std::vector<PlacementIssue> check_placement(const std::vector<LayerKind>& layers);

/// What make_mlp builds: a multilayer perceptron.
struct MlpSpec {
    std::vector<Index> widths;  ///< inputs, hidden layers …, outputs; at least two, each ≥ 1
    std::vector<double> hidden_dropout;  ///< p of each hidden layer: two fewer than widths
    LayerKind hidden;                    ///< activation of each hidden layer: sigmoid, tanh or relu
    std::optional<LayerKind> output;     ///< activation after the last linear layer, if any
};

/// A linear layer between each two widths. After each but the last one: the hidden activation, then
/// a dropout where its p > 0 (no layer where p = 0). After the last one: the output's activation,
/// if there is one, and nothing else. The network is in training mode.
///
/// Units:  the same seed gives the same network: weights and sequences of masks. Each layer has
///         chance of its own: no two linear layers and no two dropouts draw the same numbers.
/// Errors: std::invalid_argument whose message holds the name of the field that is wrong: "widths"
///         (fewer than two, or one below 1: the message holds that width too) or "hidden_dropout"
///         (not one for each hidden layer; or a p outside [0, 1] or NaN: the message holds p too).
/// Source: torch::nn::Sequential. The network of the article that lesson 04 tells of has widths
///         1, 3, 5, 10, 5, 1, hidden_dropout 0, 0.4, 0.4, 0, hidden sigmoid and output relu.
nn::Sequential make_mlp(const MlpSpec& spec, std::uint64_t seed);

}  // namespace lab
