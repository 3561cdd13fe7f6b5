// Dropout is linear and treats each unit by itself, so backward is forward applied to the gradient.
#include "dropout_backward.h"

namespace lab {

namespace {

std::string shape(const Matrix& m) {
    return std::to_string(m.rows()) + " x " + std::to_string(m.cols());
}

}  // namespace

Matrix forward(const Matrix& x, const Matrix& mask, double p) {
    if (p == 1) return Matrix::Zero(x.rows(), x.cols());
    return (x.array() * mask.array()) / static_cast<float>(1 - p);
}

Matrix dropout_backward(const Matrix& grad_output, const Matrix& mask, double p) {
    if (!(p >= 0 && p <= 1))
        throw std::invalid_argument("dropout p must be in [0, 1], got " + std::to_string(p));
    if (mask.rows() != grad_output.rows() || mask.cols() != grad_output.cols())
        throw std::invalid_argument("mask " + shape(mask) + " does not fit grad_output " +
                                    shape(grad_output));

    return forward(grad_output, mask, p);
}

}  // namespace lab
