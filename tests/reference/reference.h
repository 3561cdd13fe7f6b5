// LibTorch's own answers, behind Eigen types. The only folder that includes torch.
#pragma once

#include <vector>

#include "lab.h"

namespace lab::reference {

/// Loads what LibTorch loads lazily, so that the first check is as fast as the next; keeps LibTorch
/// to one thread, since a process with threads must not fork.
void load();

/// A mask as torch::dropout draws it: 1 with probability 1 - p, else 0. Always the same one.
Matrix bernoulli_mask(Index rows, Index cols, double p);

/// x · mask / (1-p), as torch::dropout computes it once its noise is drawn: x * noise with
/// noise = mask / (1-p). p == 1 gives zeros.
///
/// Shape: x, mask and the result are (batch, features).
Matrix dropout(const Matrix& x, const Matrix& mask, double p);

/// The gradient that LibTorch's autograd gives for the sum of grad_output · dropout(x, mask, p).
///
/// Shape: grad_output, mask and the result are (batch, features).
Matrix dropout_gradient(const Matrix& grad_output, const Matrix& mask, double p);

// --- Networks
// ---------------------------------------------------------------------------------------

enum class Kind { linear, batch_norm, sigmoid, tanh, relu, dropout };

/// One layer of a torch::nn::Sequential, with the numbers that it holds.
struct Layer {
    Kind kind = Kind::linear;
    Matrix weight = {};            ///< linear: W (outputs, inputs); batch_norm: γ (1, features)
    Matrix bias = {};              ///< linear: b (1, outputs); batch_norm: β (1, features)
    Matrix running_mean = {};      ///< batch_norm, (1, features)
    Matrix running_variance = {};  ///< batch_norm, (1, features)
    Matrix mask = {};              ///< dropout: the mask to use in training, (batch, features)
    double p = 0;                  ///< dropout
};

/// What one forward and one backward give.
struct Pass {
    Matrix output;
    Matrix grad_input;
    std::vector<Matrix> grads;    ///< of each weight and bias, in the layers' order
    std::vector<Matrix> running;  ///< mean and variance of each batch_norm, afterwards
};

/// Runs x through the layers in training or evaluation mode, and grad_output back by autograd.
///
/// Shape: x is (batch, inputs), grad_output as the last layer's output.
Pass run(const std::vector<Layer>& layers, const Matrix& x, const Matrix& grad_output,
         bool training);

/// A loss and its gradient with respect to the prediction.
struct Loss {
    double value;
    Matrix grad;
};

Loss mean_squared_error(const Matrix& prediction, const Matrix& target);
Loss softmax_cross_entropy(const Matrix& scores, const std::vector<Index>& labels);

// --- Optimizers
// -------------------------------------------------------------------------------------

enum class Optimizer { sgd, adam, adamw };

struct OptimizerOptions {
    double lr = 1e-3;
    double beta1 = 0.9;    ///< adam, adamw
    double beta2 = 0.999;  ///< adam, adamw
    double eps = 1e-8;     ///< adam, adamw
    double weight_decay = 0;
    bool biases_decay = false;  ///< train: weight_decay is the biases' as well
};

/// A weight, which decays, and a bias, which does not.
struct WeightAndBias {
    Matrix weight;
    Matrix bias;
};

/// Both after each step. They are groups of their own in LibTorch's optimizer, with every option of
/// both groups set; the bias's weight_decay is 0.
std::vector<WeightAndBias> trajectory(Optimizer optimizer, const OptimizerOptions& options,
                                      const WeightAndBias& start,
                                      const std::vector<WeightAndBias>& gradients);

/// One batch's way through a training step.
struct TrainingStep {
    Matrix x;
    Matrix y;                        ///< targets of a mean squared error
    std::vector<Matrix> masks;       ///< one for each dropout layer, in order
    std::vector<Index> labels = {};  ///< if there are any: classes of a softmax cross-entropy
};

struct Trained {
    std::vector<double> losses;  ///< before each step: the error + (λ/2) Σ ‖W‖²
    std::vector<Layer> layers;   ///< after the last
};

/// Trains the layers with the steps' error. `lambda` multiplies the penalty that joins the loss;
/// options.weight_decay is the optimizer's own.
Trained train(std::vector<Layer> layers, const std::vector<TrainingStep>& steps,
              Optimizer optimizer, const OptimizerOptions& options, double lambda);

// --- Statistics ---------------------------------------------------------------------------------

/// torch::quantile with its default, linear interpolation.
double quantile(const std::vector<double>& values, double q);

/// The article's training with LibTorch's own modules, one sample a step; the bench times it.
/// Returns the sum of the last epoch's losses.
double train_article(const Matrix& x, const Matrix& y, double dropout, int epochs);

}  // namespace lab::reference
