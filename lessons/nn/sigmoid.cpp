#include "nn/sigmoid.h"

#include <stdexcept>

namespace lab::nn {

Matrix Sigmoid::forward(const Matrix& x) {
    y_ = 1 / (1 + (-x.array()).exp());
    return *y_;
}

Matrix Sigmoid::backward(const Matrix& grad_output) {
    if (!y_) throw std::logic_error{"Sigmoid: backward before any forward"};
    // dy/dx = y (1 - y)
    return grad_output.array() * (y_->array() * (1 - y_->array()));
}

}  // namespace lab::nn
