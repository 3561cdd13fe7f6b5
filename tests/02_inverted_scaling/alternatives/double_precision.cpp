// Computes everything in double, in a matrix stored column by column, and converts at the end.
#include <cmath>

#include "inverted_scaling.h"

namespace lab {

Matrix dropout_forward(const Matrix& x, const Matrix& mask, double p) {
    if (std::isnan(p) || p < 0 || p > 1)
        throw std::invalid_argument("dropout: p = " + std::to_string(p) + " is not in [0, 1]");
    if (x.rows() != mask.rows() || x.cols() != mask.cols())
        throw std::invalid_argument(
            "shapes differ: x (" + std::to_string(x.rows()) + ", " + std::to_string(x.cols()) +
            "), mask (" + std::to_string(mask.rows()) + ", " + std::to_string(mask.cols()) + ")");

    Eigen::MatrixXd y = x.cast<double>();
    y.array() *= mask.array().cast<double>();
    y *= p == 1 ? 0.0 : 1.0 / (1.0 - p);
    return y.cast<float>();
}

}  // namespace lab
