// Diagnosis: no_shape_check
// Compares the numbers of entries. A 5 x 7 and a 7 x 5 matrix have equally many.
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
    if (mask.size() != x.size())
        throw std::invalid_argument("mask " + shape(mask) + " does not fit x " + shape(x));

    Matrix y = Matrix::Zero(x.rows(), x.cols());
    if (p == 1) return y;
    for (Index k = 0; k < x.size(); ++k)
        y.data()[k] = static_cast<float>(x.data()[k] * mask.data()[k] / (1 - p));
    return y;
}

}  // namespace lab
