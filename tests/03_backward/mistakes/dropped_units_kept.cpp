// Diagnosis: dropped_units_kept
// Starts from a copy of the gradient and scales it for kept units. Nothing sets the others to 0.
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
    if (p == 1.0) return Matrix::Zero(grad_output.rows(), grad_output.cols());
    Matrix grad_input = grad_output;
    for (Index i = 0; i < mask.rows(); ++i) {
        for (Index j = 0; j < mask.cols(); ++j) {
            if (mask(i, j) == 1.0f) grad_input(i, j) /= static_cast<float>(1.0 - p);
        }
    }
    return grad_input;
}

}  // namespace lab
