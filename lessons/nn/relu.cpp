#include "nn/relu.h"

#include <stdexcept>

namespace lab::nn {

Matrix ReLU::forward(const Matrix& x) {
    y_ = x.cwiseMax(0.0F);
    return *y_;
}

Matrix ReLU::backward(const Matrix& grad_output) {
    if (!y_) throw std::logic_error{"ReLU: backward before any forward"};
    // dy/dx = 1 where x > 0, else 0
    return grad_output.array() * ((y_->array() > 0).cast<float>());
}

}  // namespace lab::nn
