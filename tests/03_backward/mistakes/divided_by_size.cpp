// Diagnosis: divided_by_size
// Divides by the number of entries, as the gradient of a mean squared error does, but here once
// more.
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
    if (p == 1.0 || mask.size() == 0) return Matrix::Zero(mask.rows(), mask.cols());
    const double entries = static_cast<double>(grad_output.size());
    return grad_output.cwiseProduct(mask) / static_cast<float>((1.0 - p) * entries);
}

}  // namespace lab
