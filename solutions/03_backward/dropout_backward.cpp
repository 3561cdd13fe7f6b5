#include "dropout_backward.h"

#include <stdexcept>
#include <string>

namespace lab {

namespace {

std::string shape(const Matrix& m) {
    return std::to_string(m.rows()) + "x" + std::to_string(m.cols());
}

}  // namespace

Matrix dropout_backward(const Matrix& grad_output, const Matrix& mask, double p) {
    if (!(p >= 0 && p <= 1)) {  // also refuses NaN
        throw std::invalid_argument{"dropout probability has to be between 0 and 1, but got " +
                                    std::to_string(p)};
    }
    if (mask.rows() != grad_output.rows() || mask.cols() != grad_output.cols()) {
        throw std::invalid_argument{"mask has to have the shape of grad_output, " +
                                    shape(grad_output) + ", but is " + shape(mask)};
    }
    if (p == 1) {  // 1/(1-p) is infinite, and 0 · ∞ is NaN
        return Matrix::Zero(grad_output.rows(), grad_output.cols());
    }
    const float scale = static_cast<float>(1 / (1 - p));
    // ∂y/∂x is the scale where the forward pass kept the unit, and 0 where it dropped it.
    return (mask.array() != 0).select(grad_output * scale, 0.0F);
}

}  // namespace lab
