// Diagnosis: mask_inverted
// Skips the wrong units: `if (mask(i, j))` reads like "if it is masked".
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

    Matrix grad_input = Matrix::Zero(grad_output.rows(), grad_output.cols());
    if (p == 1) return grad_input;
    for (Index i = 0; i < grad_input.rows(); ++i) {
        for (Index j = 0; j < grad_input.cols(); ++j) {
            if (mask(i, j)) continue;
            grad_input(i, j) = static_cast<float>(grad_output(i, j) / (1 - p));
        }
    }
    return grad_input;
}

}  // namespace lab
