#include "nn/batch_norm.h"

#include <stdexcept>
#include <string>

namespace lab::nn {

BatchNorm::BatchNorm(Index features)
    : gamma_{"gamma", Matrix::Ones(1, features), Matrix::Zero(1, features), false},
      beta_{"beta", Matrix::Zero(1, features), Matrix::Zero(1, features), false},
      running_mean_(Matrix::Zero(1, features)),
      running_variance_(Matrix::Ones(1, features)) {}

Matrix BatchNorm::forward(const Matrix& x) {
    if (x.cols() != gamma_.value.cols()) {
        throw std::invalid_argument{"a batch normalization of " +
                                    std::to_string(gamma_.value.cols()) +
                                    " features got a batch of " + std::to_string(x.cols())};
    }
    Matrix mean = running_mean_;
    Matrix variance = running_variance_;
    if (training) {
        if (x.rows() < 2) {
            throw std::invalid_argument{"batch normalization trains on at least 2 samples, not " +
                                        std::to_string(x.rows())};
        }
        const auto n = static_cast<float>(x.rows());
        mean = x.colwise().mean();
        variance = (x.rowwise() - mean.row(0)).array().square().colwise().mean();
        running_mean_ += momentum * (mean - running_mean_);
        running_variance_ += momentum * (variance * (n / (n - 1)) - running_variance_);
    }
    by_batch_ = training;
    deviation_ = (variance.array() + epsilon).sqrt();
    normalized_ = (x.rowwise() - mean.row(0)).array().rowwise() / deviation_.row(0).array();
    Matrix y = normalized_->array().rowwise() * gamma_.value.row(0).array();
    y.rowwise() += beta_.value.row(0);
    return y;
}

Matrix BatchNorm::backward(const Matrix& grad_output) {
    if (!normalized_) throw std::logic_error{"BatchNorm: backward before any forward"};
    gamma_.grad += grad_output.cwiseProduct(*normalized_).colwise().sum();
    beta_.grad += grad_output.colwise().sum();

    Matrix grad = grad_output.array().rowwise() * gamma_.value.row(0).array();
    if (by_batch_) {
        // Each sample also acts through the batch's mean and variance.
        const Matrix mean = grad.colwise().mean();
        const Matrix along = grad.cwiseProduct(*normalized_).colwise().mean();
        grad.rowwise() -= mean.row(0);
        grad.array() -= normalized_->array().rowwise() * along.row(0).array();
    }
    return grad.array().rowwise() / deviation_.row(0).array();
}

}  // namespace lab::nn
