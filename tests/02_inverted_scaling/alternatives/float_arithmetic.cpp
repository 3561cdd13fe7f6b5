// Computes the scale in single precision and turns an infinite one into 0.
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

    const float keep = 1.0f - static_cast<float>(p);
    const float scale = keep > 0.0f ? 1.0f / keep : 0.0f;
    return (x.array() * mask.array() * scale).matrix();
}

}  // namespace lab
