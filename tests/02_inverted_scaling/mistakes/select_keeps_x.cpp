// Diagnosis: dropped_units_kept
// Gives select x itself for the dropped units: "dropped" is read as "left alone".
#include <cmath>

#include "inverted_scaling.h"

namespace lab {

namespace {

std::string shape(const Matrix& m) {
    return std::to_string(m.rows()) + " x " + std::to_string(m.cols());
}

}  // namespace

Matrix dropout_forward(const Matrix& x, const Matrix& mask, double p) {
    if (std::isnan(p) || p < 0 || p > 1)
        throw std::invalid_argument("dropout p must be in [0, 1], got " + std::to_string(p));
    if (mask.rows() != x.rows() || mask.cols() != x.cols())
        throw std::invalid_argument("mask " + shape(mask) + " does not fit x " + shape(x));
    if (p == 1) return Matrix::Zero(x.rows(), x.cols());

    const float scale = static_cast<float>(1 / (1 - p));
    return mask.cast<bool>().select(scale * x, x);
}

}  // namespace lab
