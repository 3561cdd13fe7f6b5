// Diagnosis: nan_at_p_one
// Computes the local gradient mask * scale first. At p = 1 it is 0 times infinity, which is NaN.
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

    const float scale = 1 / (1 - p);
    Matrix local_gradient(mask.rows(), mask.cols());
    for (Index i = 0; i < mask.rows(); i++)
        for (Index j = 0; j < mask.cols(); j++) local_gradient(i, j) = mask(i, j) * scale;
    return grad_output.cwiseProduct(local_gradient);
}

}  // namespace lab
