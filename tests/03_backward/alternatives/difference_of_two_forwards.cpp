// Measures dropout's slope, forward(1) - forward(0), instead of deriving it. The forward pass is
// linear, so the difference is exact.
#include "dropout_backward.h"

namespace lab {

namespace {

std::string shape(const Matrix& m) {
    return std::to_string(m.rows()) + " x " + std::to_string(m.cols());
}

}  // namespace

Matrix forward(const Matrix& x, const Matrix& mask, double p) {
    const float scale = p < 1 ? static_cast<float>(1 / (1 - p)) : 0;
    return x.cwiseProduct(mask) * scale;
}

Matrix dropout_backward(const Matrix& grad_output, const Matrix& mask, double p) {
    if (!(p >= 0 && p <= 1))
        throw std::invalid_argument("dropout p must be in [0, 1], got " + std::to_string(p));
    if (mask.rows() != grad_output.rows() || mask.cols() != grad_output.cols())
        throw std::invalid_argument("mask " + shape(mask) + " does not fit grad_output " +
                                    shape(grad_output));

    const Matrix ones = Matrix::Ones(mask.rows(), mask.cols());
    const Matrix slope = forward(ones, mask, p) - forward(0 * ones, mask, p);
    return grad_output.cwiseProduct(slope);
}

}  // namespace lab
