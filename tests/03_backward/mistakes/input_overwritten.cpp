// Diagnosis: input_overwritten
// Casts const away to reuse the caller's storage. The result is right, but grad_output is lost.
#include "dropout_backward.h"

namespace lab {

Matrix dropout_backward(const Matrix& grad_output, const Matrix& mask, double p) {
    if (!(p >= 0.0 && p <= 1.0)) {
        throw std::invalid_argument("p has to be between 0 and 1, but got " + std::to_string(p));
    }
    if (mask.rows() != grad_output.rows() || mask.cols() != grad_output.cols()) {
        throw std::invalid_argument("grad_output is " + std::to_string(grad_output.rows()) + "x" +
                                    std::to_string(grad_output.cols()) + ", but mask is " +
                                    std::to_string(mask.rows()) + "x" +
                                    std::to_string(mask.cols()));
    }
    auto& gradient = const_cast<Matrix&>(grad_output);
    gradient.array() *= mask.array();
    if (p < 1.0) gradient /= static_cast<float>(1.0 - p);
    if (p == 1.0) gradient.setZero();
    return gradient;
}

}  // namespace lab
