// Diagnosis: no_shape_check
// Leaves the shapes to Eigen, whose assertion is not the exception that the contract promises.
#include "inverted_scaling.h"

namespace lab {

Matrix dropout_forward(const Matrix& x, const Matrix& mask, double p) {
    if (!(p >= 0.0 && p <= 1.0)) {
        throw std::invalid_argument("p has to be between 0 and 1, but got " + std::to_string(p));
    }
    if (p == 1.0) return Matrix::Zero(x.rows(), x.cols());
    return x.cwiseProduct(mask) / static_cast<float>(1.0 - p);
}

}  // namespace lab
