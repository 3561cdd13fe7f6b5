// Diagnosis: not_scaled
// Passes the gradient on for kept units and blocks it for the others, as the backward pass of ReLU.
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

    Matrix grad_input = grad_output;
    for (Index k = 0; k < grad_input.size(); ++k) {
        if (mask.data()[k] == 0 || p == 1) grad_input.data()[k] = 0;
    }
    return grad_input;
}

}  // namespace lab
