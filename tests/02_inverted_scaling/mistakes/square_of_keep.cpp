// Diagnosis: scaled_twice
// Divides by the square of 1 - p, mixing up the scale of the values with that of the variance.
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

    Matrix y = Matrix::Zero(x.rows(), x.cols());
    for (Index k = 0; k < x.size(); ++k) {
        if (p < 1 && mask.data()[k] == 1)
            y.data()[k] = static_cast<float>(x.data()[k] / std::pow(1 - p, 2));
    }
    return y;
}

}  // namespace lab
