// The network that students are given: forward and backward against LibTorch's autograd and against
// finite differences, in training and in evaluation mode.
#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <functional>
#include <memory>

#include "nn/batch_norm.h"
#include "nn/linear.h"
#include "nn/mean_squared_error.h"
#include "nn/relu.h"
#include "nn/sequential.h"
#include "nn/sigmoid.h"
#include "nn/softmax_cross_entropy.h"
#include "nn/tanh.h"
#include "reference.h"

using namespace lab;
namespace ref = lab::reference;

namespace {

Matrix drawn(Index rows, Index cols, Rng& rng) {
    std::uniform_real_distribution<float> entry(-2, 2);
    return Matrix::NullaryExpr(rows, cols, [&] { return entry(rng); });
}

bool near(const Matrix& a, const Matrix& b, float tolerance) {
    return a.rows() == b.rows() && a.cols() == b.cols() &&
           ((a - b).array().abs() <= tolerance * b.array().abs().max(1.0F)).all();
}

/// One of the layers, as a student has it and as LibTorch is to have it.
struct Pair {
    std::string name;
    std::unique_ptr<nn::Layer> layer;
    ref::Layer reference;
    Index inputs;
    Index outputs;
};

std::vector<Pair> all_layers(Rng& rng) {
    std::vector<Pair> all;
    auto linear = std::make_unique<nn::Linear>(4, 3, rng);
    const auto of_linear = linear->parameters();
    all.push_back({"Linear",
                   std::move(linear),
                   {ref::Kind::linear, of_linear[0]->value, of_linear[1]->value},
                   4,
                   3});
    all.push_back({"Sigmoid", std::make_unique<nn::Sigmoid>(), {ref::Kind::sigmoid}, 4, 4});
    all.push_back({"Tanh", std::make_unique<nn::Tanh>(), {ref::Kind::tanh}, 4, 4});
    all.push_back({"ReLU", std::make_unique<nn::ReLU>(), {ref::Kind::relu}, 4, 4});
    auto norm = std::make_unique<nn::BatchNorm>(4);
    const auto of_norm = norm->parameters();
    for (nn::Parameter* parameter : of_norm) parameter->value = drawn(1, 4, rng);
    // So that the running statistics are not those of a new layer.
    norm->forward(drawn(7, 4, rng));
    ref::Layer norm_reference{ref::Kind::batch_norm, of_norm[0]->value, of_norm[1]->value};
    norm_reference.running_mean = norm->running_mean();
    norm_reference.running_variance = norm->running_variance();
    all.push_back({"BatchNorm", std::move(norm), norm_reference, 4, 4});
    return all;
}

/// ∂(Σ weights · f())/∂at, by moving each entry to both sides; f depends on `at`.
Matrix slopes(Matrix& at, const Matrix& weights, const std::function<Matrix()>& f) {
    constexpr float step = 1e-2F;
    Matrix result(at.rows(), at.cols());
    for (Index i = 0; i < at.size(); ++i) {
        const float here = at.data()[i];
        at.data()[i] = here + step;
        const double above = weights.cwiseProduct(f()).cast<double>().sum();
        at.data()[i] = here - step;
        const double below = weights.cwiseProduct(f()).cast<double>().sum();
        at.data()[i] = here;
        result.data()[i] = static_cast<float>((above - below) / (2 * step));
    }
    return result;
}

}  // namespace

TEST_CASE("each layer's forward and backward are LibTorch's, in both modes", "[nn]") {
    const bool training = GENERATE(true, false);
    const Index batch = GENERATE(2, 5);
    Rng rng(7);
    for (Pair& pair : all_layers(rng)) {
        INFO(pair.name);
        pair.layer->training = training;
        const Matrix x = drawn(batch, pair.inputs, rng), grad = drawn(batch, pair.outputs, rng);
        const ref::Pass expected = ref::run({pair.reference}, x, grad, training);

        nn::zero_grad(*pair.layer);
        CHECK(near(pair.layer->forward(x), expected.output, 1e-5F));
        CHECK(near(pair.layer->backward(grad), expected.grad_input, 1e-4F));
        const auto parameters = pair.layer->parameters();
        REQUIRE(parameters.size() == expected.grads.size());
        for (std::size_t i = 0; i < parameters.size(); ++i) {
            CHECK(near(parameters[i]->grad, expected.grads[i], 1e-4F));
        }
        if (const auto* norm = dynamic_cast<nn::BatchNorm*>(pair.layer.get())) {
            CHECK(near(norm->running_mean(), expected.running[0], 1e-5F));
            CHECK(near(norm->running_variance(), expected.running[1], 1e-5F));
        }
    }
}

TEST_CASE("each layer's backward is what finite differences of its forward give", "[nn]") {
    const bool training = GENERATE(true, false);
    Rng rng(8);
    for (Pair& pair : all_layers(rng)) {
        INFO(pair.name);
        pair.layer->training = training;
        Matrix x = drawn(5, pair.inputs, rng);
        // ReLU has a corner at 0, which a step must not cross.
        x = x.unaryExpr([](float v) { return std::abs(v) < 0.1F ? 0.5F : v; });
        const Matrix grad = drawn(5, pair.outputs, rng);
        const auto forward = [&] { return pair.layer->forward(x); };

        forward();
        nn::zero_grad(*pair.layer);
        const Matrix by_backward = pair.layer->backward(grad);
        CHECK(near(by_backward, slopes(x, grad, forward), 1e-2F));
        for (nn::Parameter* parameter : pair.layer->parameters()) {
            INFO(parameter->name);
            CHECK(near(parameter->grad, slopes(parameter->value, grad, forward), 1e-2F));
        }
    }
}

TEST_CASE("a Sequential inside a Sequential computes what the flat one does", "[nn]") {
    Rng rng(9);
    auto inner = std::make_unique<nn::Sequential>();
    auto first = std::make_unique<nn::Linear>(3, 4, rng);
    auto second = std::make_unique<nn::Linear>(4, 2, rng);
    const auto weights = [](nn::Linear& linear) {
        return ref::Layer{ref::Kind::linear, linear.parameters()[0]->value,
                          linear.parameters()[1]->value};
    };
    const std::vector<ref::Layer> flat{weights(*first), {ref::Kind::tanh}, weights(*second)};
    inner->add(std::move(first));
    inner->add(std::make_unique<nn::Tanh>());
    nn::Sequential outer;
    outer.add(std::move(inner));
    outer.add(std::move(second));
    const Matrix x = drawn(6, 3, rng), grad = drawn(6, 2, rng);
    const ref::Pass expected = ref::run(flat, x, grad, true);

    nn::Sequential moved = std::move(outer);
    CHECK(near(moved.forward(x), expected.output, 1e-5F));
    CHECK(near(moved.backward(grad), expected.grad_input, 1e-5F));
    CHECK(moved.children().size() == 2);
    CHECK(moved.children()[0]->children().size() == 2);
    REQUIRE(moved.parameters().size() == 4);
    for (std::size_t i = 0; i < 4; ++i) {
        CHECK(near(moved.parameters()[i]->grad, expected.grads[i], 1e-5F));
        CHECK(moved.parameters()[i]->decays == (i % 2 == 0));
    }
    // Gradients add up until they are set to zero.
    moved.backward(grad);
    CHECK(near(moved.parameters()[0]->grad, 2 * expected.grads[0], 1e-5F));
    nn::zero_grad(moved);
    CHECK(moved.parameters()[0]->grad.isZero(0));
}

TEST_CASE("an empty Sequential hands everything on", "[nn]") {
    nn::Sequential network;
    const Matrix x = Matrix::Constant(2, 3, 4);
    CHECK(network.forward(x) == x);
    CHECK(network.backward(x) == x);
}

TEST_CASE("the losses and their gradients are LibTorch's, and what finite differences give",
          "[nn]") {
    Rng rng(10);
    Matrix prediction = drawn(5, 3, rng);
    const Matrix target = drawn(5, 3, rng);
    const std::vector<Index> labels{0, 2, 1, 1, 0};
    const float scale = GENERATE(1.0F, 100.0F);  // exp(200) is no float
    prediction *= scale;

    const nn::Loss mse = nn::mean_squared_error(prediction, target);
    const ref::Loss torch_mse = ref::mean_squared_error(prediction, target);
    CHECK(mse.value == Catch::Approx(torch_mse.value).epsilon(1e-5));
    CHECK(near(mse.grad, torch_mse.grad, 1e-5F));

    const nn::Loss surprise = nn::softmax_cross_entropy(prediction, labels);
    const ref::Loss torch_surprise = ref::softmax_cross_entropy(prediction, labels);
    CHECK(surprise.value == Catch::Approx(torch_surprise.value).epsilon(1e-5));
    CHECK(near(surprise.grad, torch_surprise.grad, 1e-5F));

    if (scale > 1) return;  // the float's rounding drowns a step of 1e-2
    const Matrix one = Matrix::Ones(1, 1);
    CHECK(near(mse.grad,
               slopes(prediction, one,
                      [&] {
                          const double loss = nn::mean_squared_error(prediction, target).value;
                          return Matrix::Constant(1, 1, static_cast<float>(loss));
                      }),
               1e-3F));
    CHECK(near(surprise.grad,
               slopes(prediction, one,
                      [&] {
                          const double loss = nn::softmax_cross_entropy(prediction, labels).value;
                          return Matrix::Constant(1, 1, static_cast<float>(loss));
                      }),
               1e-3F));
}

TEST_CASE("what the network cannot do, it says", "[nn]") {
    using Catch::Matchers::Message;
    Rng rng(11);
    const Matrix x = Matrix::Ones(2, 3);
    for (Pair& pair : all_layers(rng)) {
        if (pair.name == "BatchNorm") continue;  // has had a forward
        INFO(pair.name);
        CHECK_THROWS_MATCHES(pair.layer->backward(Matrix::Ones(2, pair.outputs)), std::logic_error,
                             Message(pair.name + ": backward before any forward"));
    }
    CHECK_THROWS_AS(nn::BatchNorm(3).backward(x), std::logic_error);
    CHECK_THROWS_MATCHES(nn::BatchNorm(3).forward(Matrix::Ones(1, 3)), std::invalid_argument,
                         Message("batch normalization trains on at least 2 samples, not 1"));
    CHECK_THROWS_AS(nn::BatchNorm(4).forward(x), std::invalid_argument);
    CHECK_THROWS_MATCHES(nn::Linear(3, 0, rng), std::invalid_argument,
                         Message("a linear layer has at least 1 input and 1 output, but got 3 and "
                                 "0"));
    CHECK_THROWS_MATCHES(nn::Linear(4, 2, rng).forward(x), std::invalid_argument,
                         Message("a linear layer with 4 inputs got a batch of 3 features"));
    CHECK_THROWS_AS(nn::Sequential().add(nullptr), std::invalid_argument);
    CHECK_THROWS_MATCHES(nn::mean_squared_error(x, Matrix::Ones(3, 2)), std::invalid_argument,
                         Message("prediction is 2x3, but target is 3x2"));
    CHECK_THROWS_AS(nn::mean_squared_error(Matrix(0, 1), Matrix(0, 1)), std::invalid_argument);
    CHECK_THROWS_MATCHES(nn::softmax_cross_entropy(x, {0, 3}), std::invalid_argument,
                         Message("label 3 is not one of 3 classes"));
    CHECK_THROWS_AS(nn::softmax_cross_entropy(x, {0}), std::invalid_argument);
}
