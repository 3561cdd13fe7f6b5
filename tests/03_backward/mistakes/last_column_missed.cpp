// Diagnosis: last_column_missed
// Lets the loop over the columns end one column too early.
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
    Matrix grad_input = Matrix::Zero(grad_output.rows(), grad_output.cols());
    if (p == 1.0) return grad_input;
    for (int i = 0; i < grad_output.rows(); i++) {
        for (int j = 0; j < grad_output.cols() - 1; j++) {
            grad_input(i, j) = static_cast<float>(grad_output(i, j) * mask(i, j) / (1.0 - p));
        }
    }
    return grad_input;
}

}  // namespace lab
