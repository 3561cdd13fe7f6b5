#include "nn/linear.h"

#include <cmath>
#include <stdexcept>
#include <string>

namespace lab::nn {

namespace {

/// `name` with entries drawn uniformly from -bound to bound.
Parameter drawn(const std::string& name, Index rows, Index cols, float bound, Rng& rng) {
    std::uniform_real_distribution<float> entry(-bound, bound);
    Parameter parameter{name, Matrix(rows, cols), Matrix::Zero(rows, cols)};
    for (Index i = 0; i < parameter.value.size(); ++i) parameter.value.data()[i] = entry(rng);
    return parameter;
}

}  // namespace

Linear::Linear(Index inputs, Index outputs, Rng& rng) {
    if (inputs < 1 || outputs < 1) {
        throw std::invalid_argument{"a linear layer has at least 1 input and 1 output, but got " +
                                    std::to_string(inputs) + " and " + std::to_string(outputs)};
    }
    const float bound = 1 / std::sqrt(static_cast<float>(inputs));
    weight_ = drawn("weight", outputs, inputs, bound, rng);
    bias_ = drawn("bias", 1, outputs, bound, rng);
    bias_.decays = false;
}

Matrix Linear::forward(const Matrix& x) {
    if (x.cols() != weight_.value.cols()) {
        throw std::invalid_argument{"a linear layer with " + std::to_string(weight_.value.cols()) +
                                    " inputs got a batch of " + std::to_string(x.cols()) +
                                    " features"};
    }
    x_ = x;
    Matrix y = x * weight_.value.transpose();
    y.rowwise() += bias_.value.row(0);
    return y;
}

Matrix Linear::backward(const Matrix& grad_output) {
    if (!x_) throw std::logic_error{"Linear: backward before any forward"};
    // y_ij = Σ_k x_ik W_jk + b_j
    weight_.grad += grad_output.transpose() * *x_;
    bias_.grad += grad_output.colwise().sum();
    return grad_output * weight_.value;
}

}  // namespace lab::nn
