// Diagnosis: range_too_narrow
// Refuses p = 1 to be safe from a division by 0. It is legal: the gradient is all zeros.
#include "dropout_backward.h"

namespace lab {

Matrix dropout_backward(const Matrix& grad_output, const Matrix& mask, double p) {
    if (!(p >= 0.0 && p < 1.0)) {
        throw std::invalid_argument("p has to be in [0, 1), but got " + std::to_string(p));
    }
    if (mask.rows() != grad_output.rows() || mask.cols() != grad_output.cols()) {
        throw std::invalid_argument("grad_output is " + std::to_string(grad_output.rows()) + "x" +
                                    std::to_string(grad_output.cols()) + ", but mask is " +
                                    std::to_string(mask.rows()) + "x" +
                                    std::to_string(mask.cols()));
    }
    return grad_output.cwiseProduct(mask) / static_cast<float>(1.0 - p);
}

}  // namespace lab
