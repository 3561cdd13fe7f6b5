// The experiment of this lesson, given to students: handwritten digits, four recipes against
// overfitting, any number of seeds. It calls lessons 01 to 06 and the functions in digits.h.
#pragma once

#include <cmath>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "digits.h"
#include "placement.h"
#include "read_csv.h"
#include "train_eval.h"

namespace lab {

/// Images of digits, one a row: 64 pixels from 0 (paper) to 1 (ink), and which digit each one is.
struct Digits {
    Matrix images;
    std::vector<Index> labels;
};

inline Digits load_digits(const std::filesystem::path& file = "data/digits.csv") {
    const Matrix table = read_csv(file, 65);
    Digits digits{table.leftCols(64) / 16.0F, {}};
    for (Index i = 0; i < table.rows(); ++i) {
        digits.labels.push_back(static_cast<Index>(table(i, 64)));
    }
    return digits;
}

/// On what a network is trained, and for how long; all other images are for the test.
struct Arm {
    std::string name;
    Index training_images;
    double wrong_labels;  ///< the share of the training images that get a wrong label, in [0, 1]
    int epochs;
};

/// With batches of 50, both arms take 800 steps.
inline const Arm noisy_arm{"400 images, a fifth of the labels wrong", 400, 0.2, 100};
inline const Arm clean_arm{"100 images, all labels right", 100, 0, 400};

struct Split {
    Digits training;
    Digits test;
};

/// Deals the images out by the seed. A wrong label is any of the nine others; the test images keep
/// theirs.
inline Split split_digits(const Digits& digits, const Arm& arm, std::uint64_t seed) {
    Rng rng(seed);
    const Index all = digits.images.rows();
    const std::vector<Index> order = mini_batches(all, all, rng).at(0);
    const auto dealt = [&](Index begin, Index end) {
        Digits part{Matrix(end - begin, digits.images.cols()), {}};
        for (Index i = begin; i < end; ++i) {
            const Index which = order[static_cast<std::size_t>(i)];
            part.images.row(i - begin) = digits.images.row(which);
            part.labels.push_back(digits.labels[static_cast<std::size_t>(which)]);
        }
        return part;
    };
    Split split{dealt(0, arm.training_images), dealt(arm.training_images, all)};
    const auto wrong = std::lround(arm.wrong_labels * static_cast<double>(arm.training_images));
    std::uniform_int_distribution<Index> other(1, 9);
    for (std::size_t i = 0; i < static_cast<std::size_t>(wrong); ++i) {
        split.training.labels[i] = (split.training.labels[i] + other(rng)) % 10;
    }
    return split;
}

/// One way to keep a network from learning its training images by heart.
struct DigitsRecipe {
    std::string name;
    double input_dropout = 0;   ///< p for the pixels
    double hidden_dropout = 0;  ///< p for each hidden layer
    double weight_decay = 0;    ///< λ of Adam, coupled
};

inline const std::vector<DigitsRecipe> digits_recipes{
    {"nothing", 0, 0, 0},
    {"L2, λ = 0.01", 0, 0, 1e-2},
    {"dropout 0.5", 0, 0.5, 0},
    {"dropout 0.5, pixels 0.2", 0.2, 0.5, 0},
};

/// 64 pixels, two hidden layers of 128 ReLU units, 10 scores.
inline nn::Sequential make_digits_network(const DigitsRecipe& recipe, std::uint64_t seed) {
    const double p = recipe.hidden_dropout;
    const MlpSpec spec{{64, 128, 128, 10}, {p, p}, LayerKind::relu, std::nullopt};
    nn::Sequential network;
    if (recipe.input_dropout > 0) network.add(make_dropout(recipe.input_dropout, seed + 1));
    network.add(std::make_unique<nn::Sequential>(make_mlp(spec, seed)));
    return network;
}

/// The share of wrong answers, from 0 to 1, after each epoch in which it was taken.
struct Curves {
    std::vector<int> epochs;
    std::vector<double> training;  ///< by the labels that training sees, the wrong ones too
    std::vector<double> test;
};

/// Trains a new network by the recipe and takes its errors after every `every`-th epoch and the
/// last one. The seed decides the split, the wrong labels, the weights, the batches and the masks;
/// all but the masks are the same for each recipe.
inline Curves run_digits(const DigitsRecipe& recipe, std::uint64_t seed, const Digits& digits,
                         const Arm& arm, int every = 10) {
    const auto [training, test] = split_digits(digits, arm, seed);
    nn::Sequential network = make_digits_network(recipe, seed);
    std::vector<AdamState> states;
    const AdamOptions options{.lr = 1e-3, .weight_decay = recipe.weight_decay};
    Rng rng(seed);
    Curves curves;
    for (int epoch = 1; epoch <= arm.epochs; ++epoch) {
        train_epoch(network, training.images, training.labels,
                    mini_batches(training.images.rows(), 50, rng), states, options);
        if (epoch % every != 0 && epoch != arm.epochs) continue;
        curves.epochs.push_back(epoch);
        curves.training.push_back(error_rate(network, training.images, training.labels));
        curves.test.push_back(error_rate(network, test.images, test.labels));
    }
    return curves;
}

}  // namespace lab
