// Diagnosis: sqrt_scale
// Splits the scale into two roots, one for the forward and one for the backward pass.
#include <cmath>

#include "dropout_backward.h"

namespace lab {

namespace {

std::string shape(const Matrix& m) {
    return std::to_string(m.rows()) + " x " + std::to_string(m.cols());
}

}  // namespace

Matrix dropout_backward(const Matrix& grad_output, const Matrix& mask, double p) {
    if (!(p >= 0 && p <= 1))
        throw std::invalid_argument("dropout p must be in [0, 1], got " + std::to_string(p));
    if (mask.rows() != grad_output.rows() || mask.cols() != grad_output.cols())
        throw std::invalid_argument("mask " + shape(mask) + " does not fit grad_output " +
                                    shape(grad_output));

    const double keep = 1 - p;
    Matrix grad_input = Matrix::Zero(grad_output.rows(), grad_output.cols());
    for (Index k = 0; k < mask.size() && keep > 0; ++k)
        grad_input.data()[k] =
            static_cast<float>(grad_output.data()[k] * mask.data()[k] / std::sqrt(keep));
    return grad_input;
}

}  // namespace lab
