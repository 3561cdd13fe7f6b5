// Diagnosis: realised_fraction
// Divides by the share of units that this mask keeps. The forward pass divided by 1 - p.
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
    const float kept = mask.sum();
    if (p == 1.0 || kept == 0.0f) return Matrix::Zero(grad_output.rows(), grad_output.cols());
    return grad_output.cwiseProduct(mask) * (static_cast<float>(mask.size()) / kept);
}

}  // namespace lab
