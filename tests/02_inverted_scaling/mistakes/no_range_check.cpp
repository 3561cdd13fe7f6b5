// Diagnosis: no_range_check
// Trusts the caller with p.
#include "inverted_scaling.h"

namespace lab {

Matrix dropout_forward(const Matrix& x, const Matrix& mask, double p) {
    if (x.rows() != mask.rows() || x.cols() != mask.cols()) {
        throw std::invalid_argument(
            "x is " + std::to_string(x.rows()) + "x" + std::to_string(x.cols()) + ", but mask is " +
            std::to_string(mask.rows()) + "x" + std::to_string(mask.cols()));
    }
    if (p == 1.0) return Matrix::Zero(x.rows(), x.cols());
    return x.cwiseProduct(mask) / static_cast<float>(1.0 - p);
}

}  // namespace lab
