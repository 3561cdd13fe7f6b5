// Diagnosis: scaled_by_p
// Divides by p, taking it for the probability of keeping.
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
    if (p == 0.0) return grad_output;
    Matrix grad_input(grad_output.rows(), grad_output.cols());
    for (Index i = 0; i < grad_output.rows(); ++i) {
        for (Index j = 0; j < grad_output.cols(); ++j) {
            grad_input(i, j) = static_cast<float>(grad_output(i, j) * mask(i, j) / p);
        }
    }
    return grad_input;
}

}  // namespace lab
