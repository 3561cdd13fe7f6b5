// Diagnosis: mask_inverted
// Takes a 1 in the mask for "dropped".
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
    Matrix y = Matrix::Zero(x.rows(), x.cols());
    if (p == 1.0) return y;
    for (Index i = 0; i < x.rows(); ++i) {
        for (Index j = 0; j < x.cols(); ++j) {
            const bool dropped = mask(i, j) == 1.0f;
            if (!dropped) y(i, j) = static_cast<float>(x(i, j) / (1.0 - p));
        }
    }
    return y;
}

}  // namespace lab
