// Diagnosis: message_without_value
// Says which p is legal but not which one came.
#include "inverted_scaling.h"

namespace lab {

Matrix dropout_forward(const Matrix& x, const Matrix& mask, double p) {
    if (!(p >= 0.0 && p <= 1.0)) {
        throw std::invalid_argument("the drop probability is NaN or outside [0, 1]");
    }
    if (x.rows() != mask.rows() || x.cols() != mask.cols()) {
        throw std::invalid_argument(
            "x is " + std::to_string(x.rows()) + "x" + std::to_string(x.cols()) + ", but mask is " +
            std::to_string(mask.rows()) + "x" + std::to_string(mask.cols()));
    }
    if (p == 1.0) return Matrix::Zero(x.rows(), x.cols());
    return x.cwiseProduct(mask) / static_cast<float>(1.0 - p);
}

}  // namespace lab
