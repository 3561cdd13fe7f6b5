// Diagnosis: message_without_value
// Says that the shapes differ but not what they are.
#include <cmath>

#include "inverted_scaling.h"

namespace lab {

Matrix dropout_forward(const Matrix& x, const Matrix& mask, double p) {
    if (std::isnan(p) || p < 0 || p > 1)
        throw std::invalid_argument("dropout p must be in [0, 1], got " + std::to_string(p));
    if (mask.rows() != x.rows() || mask.cols() != x.cols())
        throw std::invalid_argument("dropout_forward: mask and x must have the same shape");

    const float scale = p == 1 ? 0 : static_cast<float>(1 / (1 - p));
    return x.cwiseProduct(mask) * scale;
}

}  // namespace lab
