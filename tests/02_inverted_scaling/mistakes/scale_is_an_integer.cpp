// Diagnosis: not_scaled
// Stores 1/(1-p) in an int, which cuts it to 1 for every p below one half.
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
    if (p == 1) return Matrix::Zero(x.rows(), x.cols());

    const int scale = 1 / (1 - p);
    Matrix y = x;
    for (int i = 0; i < x.rows(); i++)
        for (int j = 0; j < x.cols(); j++) y(i, j) *= mask(i, j) * scale;
    return y;
}

}  // namespace lab
