// Diagnosis: state_between_calls
// Makes the scale static to compute it once. It is computed with the p of the first call.
#include "inverted_scaling.h"

namespace lab {

Matrix dropout_forward(const Matrix& x, const Matrix& mask, double p) {
    if (!(p >= 0.0 && p <= 1.0)) {
        throw std::invalid_argument("p has to be between 0 and 1, but got " + std::to_string(p));
    }
    if (x.rows() != mask.rows() || x.cols() != mask.cols()) {
        throw std::invalid_argument(
            "x is " + std::to_string(x.rows()) + "x" + std::to_string(x.cols()) + ", but mask is " +
            std::to_string(mask.rows()) + "x" + std::to_string(mask.cols()));
    }
    if (p == 1.0) return Matrix::Zero(x.rows(), x.cols());
    static const float scale = static_cast<float>(1.0 / (1.0 - p));
    return x.cwiseProduct(mask) * scale;
}

}  // namespace lab
