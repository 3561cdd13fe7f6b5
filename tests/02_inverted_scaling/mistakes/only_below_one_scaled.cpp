// Diagnosis: no_range_check
// Guards the division with p < 1 and believes that every other p is dealt with by that.
#include "inverted_scaling.h"

namespace lab {

namespace {

std::string shape(const Matrix& m) {
    return std::to_string(m.rows()) + " x " + std::to_string(m.cols());
}

}  // namespace

Matrix dropout_forward(const Matrix& x, const Matrix& mask, double p) {
    if (mask.rows() != x.rows() || mask.cols() != x.cols())
        throw std::invalid_argument("mask " + shape(mask) + " does not fit x " + shape(x));

    Matrix y = Matrix::Zero(x.rows(), x.cols());
    if (p < 1) {
        for (Index k = 0; k < x.size(); ++k)
            y.data()[k] = static_cast<float>(x.data()[k] * mask.data()[k] / (1 - p));
    }
    return y;
}

}  // namespace lab
