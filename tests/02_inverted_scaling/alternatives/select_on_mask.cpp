// Selects between the scaled batch and zeros. At p = 1 the scaled batch is infinite, and nothing
// of it is selected, because the mask is then all zeros.
#include "inverted_scaling.h"

namespace lab {

namespace {

std::string shape(const Matrix& m) {
    return std::to_string(m.rows()) + " x " + std::to_string(m.cols());
}

}  // namespace

Matrix dropout_forward(const Matrix& x, const Matrix& mask, double p) {
    if (!(p >= 0 && p <= 1))
        throw std::invalid_argument("dropout p must be in [0, 1], got " + std::to_string(p));
    if (mask.rows() != x.rows() || mask.cols() != x.cols())
        throw std::invalid_argument("mask " + shape(mask) + " does not fit x " + shape(x));

    return (mask.array() != 0.0f).select(x / static_cast<float>(1 - p), 0.0f);
}

}  // namespace lab
