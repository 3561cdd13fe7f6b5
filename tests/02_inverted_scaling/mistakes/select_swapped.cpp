// Diagnosis: mask_inverted
// Swaps the two branches of select, as if the mask masked something out where it is 1.
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

    const Matrix zeros = Matrix::Zero(x.rows(), x.cols());
    if (p == 1) return zeros;
    const Matrix scaled = x / static_cast<float>(1 - p);
    return (mask.array() > 0).select(zeros, scaled);
}

}  // namespace lab
