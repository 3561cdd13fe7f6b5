// Diagnosis: no_range_check
// Mends p instead of refusing it, which hides the caller's mistake.
#include <algorithm>

#include "dropout_backward.h"

namespace lab {

namespace {

std::string shape(const Matrix& m) {
    return std::to_string(m.rows()) + " x " + std::to_string(m.cols());
}

}  // namespace

Matrix dropout_backward(const Matrix& grad_output, const Matrix& mask, double p) {
    if (mask.rows() != grad_output.rows() || mask.cols() != grad_output.cols())
        throw std::invalid_argument("mask " + shape(mask) + " does not fit grad_output " +
                                    shape(grad_output));

    p = std::clamp(p, 0.0, 1.0);
    Matrix grad_input = Matrix::Zero(grad_output.rows(), grad_output.cols());
    if (p == 1) return grad_input;
    for (Index k = 0; k < mask.size(); ++k)
        grad_input.data()[k] = static_cast<float>(grad_output.data()[k] * mask.data()[k] / (1 - p));
    return grad_input;
}

}  // namespace lab
