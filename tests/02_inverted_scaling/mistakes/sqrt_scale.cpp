// Diagnosis: sqrt_scale
// Divides by the root of 1 - p, which keeps the mean square of the output, not its mean.
#include <cmath>

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
    return x.cwiseProduct(mask) / static_cast<float>(std::sqrt(1.0 - p));
}

}  // namespace lab
