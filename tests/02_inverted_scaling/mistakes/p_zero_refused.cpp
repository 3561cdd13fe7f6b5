// Diagnosis: range_too_narrow
// Refuses p = 0 too: "without a chance to drop this is no dropout".
#include "inverted_scaling.h"

namespace lab {

namespace {

std::string shape(const Matrix& m) {
    return std::to_string(m.rows()) + " x " + std::to_string(m.cols());
}

}  // namespace

Matrix dropout_forward(const Matrix& x, const Matrix& mask, double p) {
    if (!(p > 0 && p <= 1))
        throw std::invalid_argument("dropout p must be in (0, 1], got " + std::to_string(p));
    if (mask.rows() != x.rows() || mask.cols() != x.cols())
        throw std::invalid_argument("mask " + shape(mask) + " does not fit x " + shape(x));

    const float scale = p == 1 ? 0 : static_cast<float>(1 / (1 - p));
    return x.cwiseProduct(mask) * scale;
}

}  // namespace lab
