#include "reference.h"

// torch brings macros and warnings of its own; nothing else in the project includes it.
#include <torch/torch.h>

namespace lab::reference {
namespace {

torch::Tensor to_tensor(const Matrix& matrix) {
    torch::Tensor tensor = torch::empty({matrix.rows(), matrix.cols()}, torch::kFloat32);
    std::copy(matrix.data(), matrix.data() + matrix.size(), tensor.data_ptr<float>());
    return tensor;
}

Matrix to_matrix(const torch::Tensor& tensor) {
    const torch::Tensor dense = tensor.detach().contiguous();
    Matrix matrix(dense.size(0), dense.size(1));
    const float* data = dense.data_ptr<float>();
    std::copy(data, data + matrix.size(), matrix.data());
    return matrix;
}

/// aten/src/ATen/native/Dropout.cpp, from where its noise is drawn.
torch::Tensor apply_noise(const torch::Tensor& x, const torch::Tensor& mask, double p) {
    if (p == 1.0) return x * torch::zeros_like(x);
    return x * mask.div(1.0 - p);
}

/// Dropout with a mask that is given: torch::nn::Dropout cannot be handed one.
struct GivenDropoutImpl : torch::nn::Module {
    GivenDropoutImpl(torch::Tensor given_mask, double given_p)
        : mask(std::move(given_mask)), p(given_p) {}
    torch::Tensor forward(const torch::Tensor& x) {
        return is_training() ? apply_noise(x, mask, p) : x;
    }
    torch::Tensor mask;
    double p;
};
TORCH_MODULE(GivenDropout);

torch::Tensor cross_entropy(const torch::Tensor& scores, const std::vector<Index>& labels) {
    const std::vector<std::int64_t> classes(labels.begin(), labels.end());
    return torch::nn::CrossEntropyLoss()(scores, torch::tensor(classes));
}

torch::Tensor to_vector(const Matrix& row) { return to_tensor(row).reshape({row.size()}); }

Matrix to_row(const torch::Tensor& vector) { return to_matrix(vector.reshape({1, -1})); }

/// LibTorch's network with the weights of the description, and its parts in the layers' order.
struct Network {
    torch::nn::Sequential modules;
    std::vector<torch::Tensor> weights, biases;  ///< of the linear layers
    std::vector<torch::Tensor> parameters;       ///< as Pass::grads has them
    std::vector<GivenDropout> dropouts;
    std::vector<torch::nn::BatchNorm1d> norms;
};

void give(torch::Tensor parameter, const torch::Tensor& value) {
    const torch::NoGradGuard guard;
    parameter.copy_(value);
}

Network build(const std::vector<Layer>& layers) {
    Network network;
    for (const Layer& layer : layers) {
        switch (layer.kind) {
            case Kind::linear: {
                torch::nn::Linear linear(layer.weight.cols(), layer.weight.rows());
                give(linear->weight, to_tensor(layer.weight));
                give(linear->bias, to_vector(layer.bias));
                network.weights.push_back(linear->weight);
                network.biases.push_back(linear->bias);
                network.parameters.insert(network.parameters.end(), {linear->weight, linear->bias});
                network.modules->push_back(linear);
                break;
            }
            case Kind::batch_norm: {
                torch::nn::BatchNorm1d norm(layer.weight.cols());
                give(norm->weight, to_vector(layer.weight));
                give(norm->bias, to_vector(layer.bias));
                give(norm->running_mean, to_vector(layer.running_mean));
                give(norm->running_var, to_vector(layer.running_variance));
                network.norms.push_back(norm);
                network.parameters.insert(network.parameters.end(), {norm->weight, norm->bias});
                network.modules->push_back(norm);
                break;
            }
            case Kind::sigmoid:
                network.modules->push_back(torch::nn::Sigmoid());
                break;
            case Kind::tanh:
                network.modules->push_back(torch::nn::Tanh());
                break;
            case Kind::relu:
                network.modules->push_back(torch::nn::ReLU());
                break;
            case Kind::dropout: {
                const GivenDropout dropout(to_tensor(layer.mask), layer.p);
                network.dropouts.push_back(dropout);
                network.modules->push_back(dropout);
                break;
            }
        }
    }
    return network;
}

std::unique_ptr<torch::optim::Optimizer> make_optimizer(Optimizer kind,
                                                        const OptimizerOptions& options,
                                                        const std::vector<torch::Tensor>& weights,
                                                        const std::vector<torch::Tensor>& biases) {
    // A group inherits nothing from the optimizer's defaults: every option is set for each.
    const auto groups = [&](auto decaying) {
        auto steady = decaying;
        if (!options.biases_decay) steady.weight_decay(0);
        using Options = decltype(decaying);
        std::vector<torch::optim::OptimizerParamGroup> result;
        if (!weights.empty()) { result.emplace_back(weights, std::make_unique<Options>(decaying)); }
        if (!biases.empty()) result.emplace_back(biases, std::make_unique<Options>(steady));
        return result;
    };
    switch (kind) {
        case Optimizer::sgd: {
            torch::optim::SGDOptions all(options.lr);
            all.momentum(0).dampening(0).nesterov(false).weight_decay(options.weight_decay);
            return std::make_unique<torch::optim::SGD>(groups(all), all);
        }
        case Optimizer::adam: {
            torch::optim::AdamOptions all(options.lr);
            all.betas({options.beta1, options.beta2}).eps(options.eps).amsgrad(false);
            all.weight_decay(options.weight_decay);
            return std::make_unique<torch::optim::Adam>(groups(all), all);
        }
        default: {
            torch::optim::AdamWOptions all(options.lr);
            all.betas({options.beta1, options.beta2}).eps(options.eps).amsgrad(false);
            all.weight_decay(options.weight_decay);
            return std::make_unique<torch::optim::AdamW>(groups(all), all);
        }
    }
}

}  // namespace

void load() {
    torch::set_num_threads(1);
    // No gradient: LibTorch 2 refuses autograd in a process forked from one that has used it.
    dropout(Matrix::Ones(2, 2), Matrix::Ones(2, 2), 0.5);
}

Matrix bernoulli_mask(Index rows, Index cols, double p) {
    const auto generator = torch::make_generator<torch::CPUGeneratorImpl>(std::uint64_t{1});
    return to_matrix(torch::bernoulli(torch::full({rows, cols}, 1 - p), generator));
}

Matrix dropout(const Matrix& x, const Matrix& mask, double p) {
    return to_matrix(apply_noise(to_tensor(x), to_tensor(mask), p));
}

Matrix dropout_gradient(const Matrix& grad_output, const Matrix& mask, double p) {
    const torch::Tensor x = torch::ones({mask.rows(), mask.cols()}, torch::requires_grad());
    apply_noise(x, to_tensor(mask), p).backward(to_tensor(grad_output));
    return to_matrix(x.grad());
}

Pass run(const std::vector<Layer>& layers, const Matrix& x, const Matrix& grad_output,
         bool training) {
    Network network = build(layers);
    network.modules->train(training);
    const torch::Tensor input = to_tensor(x).requires_grad_();
    torch::Tensor output = input.clone();  // so that a network without layers has one too
    if (!layers.empty()) output = network.modules->forward(output);
    output.backward(to_tensor(grad_output));
    Pass pass{to_matrix(output), to_matrix(input.grad()), {}, {}};
    for (const torch::Tensor& parameter : network.parameters) {
        const bool is_vector = parameter.dim() == 1;
        pass.grads.push_back(is_vector ? to_row(parameter.grad()) : to_matrix(parameter.grad()));
    }
    for (const torch::nn::BatchNorm1d& norm : network.norms) {
        pass.running.push_back(to_row(norm->running_mean));
        pass.running.push_back(to_row(norm->running_var));
    }
    return pass;
}

Loss mean_squared_error(const Matrix& prediction, const Matrix& target) {
    const torch::Tensor given = to_tensor(prediction).requires_grad_();
    const torch::Tensor loss = torch::mse_loss(given, to_tensor(target));
    loss.backward();
    return {loss.item<double>(), to_matrix(given.grad())};
}

Loss softmax_cross_entropy(const Matrix& scores, const std::vector<Index>& labels) {
    const torch::Tensor given = to_tensor(scores).requires_grad_();
    const torch::Tensor loss = cross_entropy(given, labels);
    loss.backward();
    return {loss.item<double>(), to_matrix(given.grad())};
}

std::vector<WeightAndBias> trajectory(Optimizer kind, const OptimizerOptions& options,
                                      const WeightAndBias& start,
                                      const std::vector<WeightAndBias>& gradients) {
    // Not const: LibTorch 1.8, which Ubuntu 22.04 has, changes the gradient of no const tensor.
    torch::Tensor weight = to_tensor(start.weight).requires_grad_();
    torch::Tensor bias = to_tensor(start.bias).requires_grad_();
    const auto optimizer = make_optimizer(kind, options, {weight}, {bias});
    std::vector<WeightAndBias> values;
    for (const WeightAndBias& gradient : gradients) {
        weight.mutable_grad() = to_tensor(gradient.weight);
        bias.mutable_grad() = to_tensor(gradient.bias);
        optimizer->step();
        values.push_back({to_matrix(weight), to_matrix(bias)});
    }
    return values;
}

Trained train(std::vector<Layer> layers, const std::vector<TrainingStep>& steps, Optimizer kind,
              const OptimizerOptions& options, double lambda) {
    Network network = build(layers);
    const auto optimizer = make_optimizer(kind, options, network.weights, network.biases);
    Trained trained;
    for (const TrainingStep& step : steps) {
        for (std::size_t i = 0; i < network.dropouts.size(); ++i) {
            network.dropouts[i]->mask = to_tensor(step.masks.at(i));
        }
        optimizer->zero_grad();
        const torch::Tensor output = network.modules->forward(to_tensor(step.x));
        torch::Tensor loss = step.labels.empty() ? torch::mse_loss(output, to_tensor(step.y))
                                                 : cross_entropy(output, step.labels);
        for (const torch::Tensor& weight : network.weights) {
            loss = loss + lambda / 2 * weight.square().sum();
        }
        loss.backward();
        optimizer->step();
        trained.losses.push_back(loss.item<double>());
    }
    std::size_t linear = 0;
    for (Layer& layer : layers) {
        if (layer.kind != Kind::linear) continue;
        layer.weight = to_matrix(network.weights[linear]);
        layer.bias = to_row(network.biases[linear++]);
    }
    trained.layers = std::move(layers);
    return trained;
}

double quantile(const std::vector<double>& values, double q) {
    return torch::quantile(torch::tensor(values, torch::kFloat64), q).item<double>();
}

double train_article(const Matrix& x, const Matrix& y, double dropout, int epochs) {
    using namespace torch::nn;
    Sequential network(Linear(1, 3), Sigmoid(), Linear(3, 5), Sigmoid(), Dropout(dropout),
                       Linear(5, 10), Sigmoid(), Dropout(dropout), Linear(10, 5), Sigmoid(),
                       Linear(5, 1), ReLU());
    torch::optim::Adam adam(network->parameters(), torch::optim::AdamOptions(0.005));
    const torch::Tensor inputs = to_tensor(x), targets = to_tensor(y);
    double sum = 0;
    for (int epoch = 0; epoch < epochs; ++epoch) {
        sum = 0;
        for (Index i = 0; i < x.rows(); ++i) {
            adam.zero_grad();
            const torch::Tensor loss = torch::mse_loss(network->forward(inputs[i]), targets[i]);
            loss.backward();
            sum += loss.item<double>();
            adam.step();
        }
    }
    return sum;
}

}  // namespace lab::reference
