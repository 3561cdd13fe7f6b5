// Diagnosis: no_shape_check
// Leaves the shapes to Eigen, whose assertion is not the exception that the contract promises.
#include "dropout_backward.h"

namespace lab {

Matrix dropout_backward(const Matrix& grad_output, const Matrix& mask, double p) {
    if (!(p >= 0.0 && p <= 1.0)) {
        throw std::invalid_argument("p has to be between 0 and 1, but got " + std::to_string(p));
    }
    if (p == 1.0) return Matrix::Zero(grad_output.rows(), grad_output.cols());
    return grad_output.cwiseProduct(mask) / static_cast<float>(1.0 - p);
}

}  // namespace lab
