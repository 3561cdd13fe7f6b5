// Given: the article's network and one training of it, made of your lessons.
#pragma once

#include "article.h"
#include "placement.h"

namespace lab {

/// The article's network: dropout after the second and the third hidden layer.
inline nn::Sequential article_network(const Recipe& recipe, std::uint64_t seed) {
    const double p = recipe.dropout;
    nn::Sequential network =
        make_mlp({{1, 3, 5, 10, 5, 1}, {0, p, p, 0}, LayerKind::sigmoid, LayerKind::relu}, seed);
    if (recipe.biases_decay) {
        for (nn::Parameter* parameter : network.parameters()) parameter->decays = true;
    }
    return network;
}

/// Trains it on x and y as the article does, and scores it against y = x² at 1000 points between
/// the smallest and the largest x.
inline Run run_article(const Recipe& recipe, std::uint64_t seed, const Matrix& x, const Matrix& y,
                       int epochs = 3000) {
    nn::Sequential network = article_network(recipe, seed);
    std::vector<AdamState> states;
    for (int epoch = 0; epoch < epochs; ++epoch) {
        train_epoch(network, x, y, states, {.lr = 0.005, .weight_decay = recipe.weight_decay});
    }
    const Matrix points = evaluation_points(x, 1000);
    return {mean_squared_error(network, points, points.cwiseAbs2()), collapsed(network, points)};
}

}  // namespace lab
