// Diagnosis: message_without_value
// Says that the shapes differ but not what they are.
#include "dropout_backward.h"

namespace lab {

Matrix dropout_backward(const Matrix& grad_output, const Matrix& mask, double p) {
    if (!(p >= 0 && p <= 1))
        throw std::invalid_argument("dropout p must be in [0, 1], got " + std::to_string(p));
    if (mask.rows() != grad_output.rows() || mask.cols() != grad_output.cols())
        throw std::invalid_argument("dropout_backward: mask and grad_output differ in shape");

    const float scale = p == 1 ? 0 : static_cast<float>(1 / (1 - p));
    return grad_output.cwiseProduct(mask) * scale;
}

}  // namespace lab
