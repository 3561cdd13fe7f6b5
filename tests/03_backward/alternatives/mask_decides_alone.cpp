// No special case for p = 1: the mask is then all zeros, and a dropped unit is never divided.
#include <sstream>

#include "dropout_backward.h"

namespace lab {

static std::string shape(const Matrix& matrix) {
    std::ostringstream text;
    text << '(' << matrix.rows() << ", " << matrix.cols() << ')';
    return text.str();
}

Matrix dropout_backward(const Matrix& grad_output, const Matrix& mask, double p) {
    if (!(p >= 0 && p <= 1))
        throw std::invalid_argument("p is " + std::to_string(p) + " but must be from 0 to 1");
    if (grad_output.rows() != mask.rows() || grad_output.cols() != mask.cols())
        throw std::invalid_argument("grad_output is " + shape(grad_output) + ", mask is " +
                                    shape(mask));

    const float scale = static_cast<float>(1 / (1 - p));
    return mask.binaryExpr(
        grad_output, [scale](float kept, float grad) { return kept != 0 ? grad * scale : 0.0f; });
}

}  // namespace lab
