// The article's network, trained with all of a student's own code of lessons 01 to 06, in lockstep
// with LibTorch: the same weights, and the masks that the student's layers drew.
#include <array>
#include <cmath>

#include "judging.h"
#include "l2.h"
#include "layers.h"
#include "nn/linear.h"
#include "nn/mean_squared_error.h"
#include "nn/relu.h"
#include "nn/sigmoid.h"
#include "placement.h"
#include "reference.h"
#include "statistics.h"
#include "train_eval.h"

namespace lab::test {
namespace {

constexpr int steps = 200;
constexpr double p = 0.4;
constexpr double lambda = 1e-2;

/// The article's ten points: x = 1 … 10, and y = x² with noise.
constexpr std::array<float, 10> article_y{0.52f,  8.54f,  6.94f,  20.76f, 32.17f,
                                          30.65f, 40.46f, 80.12f, 75.12f, 98.83f};

/// All ten in one batch. The article takes one sample a step; then a loss comes so close to 0 now
/// and then that its last digits are all rounding.
Matrix batch_x() { return Eigen::VectorXf::LinSpaced(10, 1.0f, 10.0f); }
Matrix batch_y() { return Eigen::Map<const Matrix>(article_y.data(), 10, 1); }

/// Four ways to let the weights decay: they use every function of lesson 06.
enum class Decay { penalty_in_the_loss, coupled, decoupled, sgd };

std::string describe(Decay decay) {
    switch (decay) {
        case Decay::penalty_in_the_loss:
            return "Adam and the penalty in the loss";
        case Decay::coupled:
            return "Adam with weight_decay";
        case Decay::decoupled:
            return "AdamW";
        default:
            return "SGD with weight_decay";
    }
}

double lr_of(Decay decay) { return decay == Decay::sgd ? 1e-4 : 5e-3; }

struct Training {
    std::vector<Matrix> start;   ///< the parameters, in the layers' order
    std::vector<Matrix> finish;  ///< the same after the last step
    std::vector<double> losses;
    std::vector<Matrix> masks;  ///< those of the first step, then those of the second, …
    Matrix predictions;         ///< for x = 1 … 10, after the last step
    std::uint64_t issues = 0;   ///< how many check_placement finds in the network
};

/// Weights of the test's own, so that the network lives: the output's ReLU sees positive numbers.
std::vector<Matrix> start_weights(const std::vector<nn::Parameter*>& parameters) {
    Rng rng = input_rng(0);
    std::vector<Matrix> values;
    for (const nn::Parameter* parameter : parameters) {
        const Index inputs = parameter->value.rows() == 1 ? 4 : parameter->value.cols();
        const float bound = 1 / std::sqrt(static_cast<float>(inputs));
        std::uniform_real_distribution<float> entry(-bound, bound);
        Matrix& value = values.emplace_back(parameter->value);
        for (Index i = 0; i < value.size(); ++i) value.data()[i] = entry(rng);
    }
    for (std::size_t last = values.size() - 2; last < values.size(); ++last) {
        values[last] = values[last].cwiseAbs();
    }
    return values;
}

bool is_given(const nn::Layer& layer) {
    return dynamic_cast<const nn::Linear*>(&layer) || dynamic_cast<const nn::Sigmoid*>(&layer) ||
           dynamic_cast<const nn::ReLU*>(&layer);
}

Training train(Decay decay) {
    const MlpSpec article{{1, 3, 5, 10, 5, 1}, {0, p, p, 0}, LayerKind::sigmoid, LayerKind::relu};
    nn::Sequential network = make_mlp(article, 4);
    set_training(network, true);
    const std::vector<nn::Layer*> leaves = leaves_of(network);
    const std::vector<nn::Parameter*> parameters = network.parameters();
    const std::vector<const nn::Parameter*> readable(parameters.begin(), parameters.end());
    std::vector<AdamState> states(parameters.size());

    Training training;
    training.start = start_weights(parameters);
    for (std::size_t i = 0; i < parameters.size(); ++i) parameters[i]->value = training.start[i];
    std::vector<LayerKind> kinds;
    for (const nn::Layer* leaf : leaves) {
        kinds.push_back(dynamic_cast<const nn::Linear*>(leaf)    ? LayerKind::linear
                        : dynamic_cast<const nn::Sigmoid*>(leaf) ? LayerKind::sigmoid
                        : dynamic_cast<const nn::ReLU*>(leaf)    ? LayerKind::relu
                                                                 : LayerKind::dropout);
    }
    training.issues = check_placement(kinds).size();

    const Matrix x = batch_x(), target = batch_y();
    const double lr = lr_of(decay);
    for (int step = 0; step < steps; ++step) {
        Matrix y = x;
        for (nn::Layer* leaf : leaves) {
            y = leaf->forward(y);
            // A sigmoid comes before: no unit is 0 by itself.
            if (!is_given(*leaf)) training.masks.push_back((y.array() != 0.0f).cast<float>());
        }
        const nn::Loss loss = nn::mean_squared_error(y, target);
        const bool in_loss = decay == Decay::penalty_in_the_loss;
        training.losses.push_back(loss.value + (in_loss ? l2_penalty(readable, lambda) : 0));

        nn::zero_grad(network);
        network.backward(loss.grad);
        if (in_loss) add_l2_gradient(parameters, lambda);
        for (std::size_t i = 0; i < parameters.size(); ++i) {
            switch (decay) {
                case Decay::penalty_in_the_loss:
                    adam_step(*parameters[i], states[i], {.lr = lr});
                    break;
                case Decay::coupled:
                    adam_step(*parameters[i], states[i], {.lr = lr, .weight_decay = lambda});
                    break;
                case Decay::decoupled:
                    adamw_step(*parameters[i], states[i], {.lr = lr, .weight_decay = lambda});
                    break;
                case Decay::sgd:
                    sgd_step(*parameters[i], {lr, lambda});
                    break;
            }
        }
    }
    for (const nn::Parameter* parameter : parameters) training.finish.push_back(parameter->value);
    training.predictions = predict(network, x);
    return training;
}

}  // namespace
}  // namespace lab::test

template <>
struct lab::observe::Codec<lab::test::Training>
    : Members<lab::test::Training, &lab::test::Training::start, &lab::test::Training::finish,
              &lab::test::Training::losses, &lab::test::Training::masks,
              &lab::test::Training::predictions, &lab::test::Training::issues> {};

namespace lab::test {
namespace {

/// The article's layers with these weights; the dropouts' masks come later.
std::vector<reference::Layer> article_layers(const std::vector<Matrix>& weights) {
    using reference::Kind;
    constexpr std::array<Index, 6> widths{1, 3, 5, 10, 5, 1};
    std::vector<reference::Layer> layers;
    for (std::size_t i = 0; i < 5; ++i) {
        const Matrix &weight = weights[2 * i], &bias = weights[2 * i + 1];
        REQUIRE((weight.rows() == widths[i + 1] && weight.cols() == widths[i]));
        REQUIRE((bias.rows() == 1 && bias.cols() == widths[i + 1]));
        layers.push_back({Kind::linear, weight, bias});
        layers.push_back({i < 4 ? Kind::sigmoid : Kind::relu});
        if (i == 1 || i == 2) {
            reference::Layer dropout{Kind::dropout};
            dropout.mask = Matrix::Ones(10, widths[i + 1]);
            dropout.p = p;
            layers.push_back(dropout);
        }
    }
    return layers;
}

TEST_CASE("the article's network trains in step with LibTorch's", "[integration]") {
    const Decay decay =
        GENERATE(Decay::penalty_in_the_loss, Decay::coupled, Decay::decoupled, Decay::sgd);

    const auto training = observe(
        call("200 steps of the article's network with your lessons 01 to 06, " + describe(decay)),
        [&] { return train(decay); });

    judge([&] {
        const Training& mine = *training;
        REQUIRE(mine.losses.size() == steps);
        expect(mine.start.size() == 10 && mine.masks.size() == 2 * steps,
               "the network has " + std::to_string(mine.start.size() / 2) + " linear layers and " +
                   std::to_string(mine.masks.size() / mine.losses.size()) +
                   " dropouts; the article's has 5 and 2");
        if (mine.start.size() != 10 || mine.masks.size() != 2 * steps) return;
        expect(mine.issues == 0, "check_placement finds " + std::to_string(mine.issues) +
                                     " issues in the article's network, which has none");

        std::vector<reference::TrainingStep> lockstep;
        std::int64_t kept = 0;
        for (int step = 0; step < steps; ++step) {
            const auto first = static_cast<std::size_t>(2 * step);
            const Matrix &small = mine.masks[first], &large = mine.masks[first + 1];
            REQUIRE((small.rows() == 10 && small.cols() == 5));
            REQUIRE((large.rows() == 10 && large.cols() == 10));
            kept += (small.array() != 0.0f).count() + (large.array() != 0.0f).count();
            lockstep.push_back({batch_x(), batch_y(), {small, large}});
        }
        const CountRange range = likely_count(150 * steps, 1 - p);
        expect(range.contains(kept), "the masks keep " + std::to_string(kept) + " of " +
                                         std::to_string(150 * steps) + " units, expected " +
                                         describe(range));

        const bool in_loss = decay == Decay::penalty_in_the_loss;
        const auto kind = decay == Decay::sgd         ? reference::Optimizer::sgd
                          : decay == Decay::decoupled ? reference::Optimizer::adamw
                                                      : reference::Optimizer::adam;
        const reference::OptimizerOptions options{.lr = lr_of(decay),
                                                  .weight_decay = in_loss ? 0 : lambda};
        const reference::Trained right = reference::train(article_layers(mine.start), lockstep,
                                                          kind, options, in_loss ? lambda : 0);
        for (std::size_t step = 0; step < right.losses.size(); ++step) {
            const double yours = mine.losses[step], expected = right.losses[step];
            const bool same = std::abs(yours - expected) <= 1e-4 * std::abs(expected);
            if (same) continue;
            expect(false, "at step " + std::to_string(step + 1) + " of 200: your loss " +
                              observe::describe(yours) + ", LibTorch's " +
                              observe::describe(expected));
            return;
        }

        // The early layers' share in the loss is small: their weights tell more.
        REQUIRE(mine.finish.size() == 10);
        std::size_t parameter = 0;
        for (const reference::Layer& layer : right.layers) {
            if (layer.kind != reference::Kind::linear) continue;
            for (const Matrix& value : {layer.weight, layer.bias}) {
                const Matrix &start = mine.start[parameter], &finish = mine.finish[parameter];
                ++parameter;
                const bool same = finish.rows() == value.rows() && finish.cols() == value.cols() &&
                                  (finish - value).norm() <=
                                      0.02f * (value - start).norm() + 1e-5f * value.norm();
                expect(same, "the losses agree, but after step 200 the " +
                                 std::string(parameter % 2 == 1 ? "weight" : "bias") +
                                 " of linear layer " + std::to_string((parameter + 1) / 2) +
                                 " has moved elsewhere than LibTorch's");
                if (!same) return;
            }
        }

        const reference::Pass evaluated =
            reference::run(article_layers(mine.finish), batch_x(), Matrix::Ones(10, 1), false);
        CHECK_THAT(mine.predictions,
                   matches_sums(evaluated.output, evaluated.output.cwiseAbs().maxCoeff()));
    });
}

}  // namespace
}  // namespace lab::test
