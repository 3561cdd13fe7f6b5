#include "nn/tanh.h"

#include <stdexcept>

namespace lab::nn {

Matrix Tanh::forward(const Matrix& x) {
    y_ = x.array().tanh();
    return *y_;
}

Matrix Tanh::backward(const Matrix& grad_output) {
    if (!y_) throw std::logic_error{"Tanh: backward before any forward"};
    // dy/dx = 1 - y²
    return grad_output.array() * (1 - y_->array().square());
}

}  // namespace lab::nn
