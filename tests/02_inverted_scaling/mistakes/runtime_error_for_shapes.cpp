// Diagnosis: wrong_exception
// Throws std::runtime_error for the shapes: they are known only when the program runs.
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
        throw std::runtime_error("mask " + shape(mask) + " does not fit x " + shape(x));

    Matrix y = Matrix::Zero(x.rows(), x.cols());
    if (p == 1) return y;
    for (Index k = 0; k < x.size(); ++k)
        y.data()[k] = static_cast<float>(x.data()[k] * mask.data()[k] / (1 - p));
    return y;
}

}  // namespace lab
