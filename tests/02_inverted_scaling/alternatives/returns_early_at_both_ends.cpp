// Returns x itself for p = 0, where nothing is dropped, and zeros for p = 1.
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

    if (p == 0) return x;
    if (p == 1) return Matrix::Zero(x.rows(), x.cols());
    return x.cwiseProduct(mask) / static_cast<float>(1 - p);
}

}  // namespace lab
