// Diagnosis: negated
// Writes p - 1 for 1 - p.
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
    for (Index k = 0; k < mask.size(); ++k) {
        if (p < 1 && mask.data()[k] == 1)
            grad_input.data()[k] = static_cast<float>(grad_output.data()[k] / (p - 1));
    }
    return grad_input;
}

}  // namespace lab
