// Diagnosis: scaled_twice
// Divides the copy by 1 - p, and then divides again where the mask is applied.
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

    const float keep = static_cast<float>(1 - p);
    if (keep == 0) return Matrix::Zero(grad_output.rows(), grad_output.cols());

    Matrix grad_input = grad_output / keep;
    for (int i = 0; i < grad_input.rows(); i++) {
        for (int j = 0; j < grad_input.cols(); j++) {
            grad_input(i, j) = mask(i, j) * grad_input(i, j) / keep;
        }
    }
    return grad_input;
}

}  // namespace lab
