// No special case for p = 1: the mask is then all zeros, and a dropped unit is never divided.
#include <sstream>

#include "inverted_scaling.h"

namespace lab {

namespace {

std::string shape(const Matrix& matrix) {
    std::ostringstream text;
    text << '(' << matrix.rows() << ", " << matrix.cols() << ')';
    return text.str();
}

}  // namespace

Matrix dropout_forward(const Matrix& x, const Matrix& mask, double p) {
    if (!(p >= 0 && p <= 1))
        throw std::invalid_argument("p is " + std::to_string(p) + " but must be from 0 to 1");
    if (x.rows() != mask.rows() || x.cols() != mask.cols())
        throw std::invalid_argument("x is " + shape(x) + ", mask is " + shape(mask));

    Matrix y = Matrix::Zero(x.rows(), x.cols());
    for (Index k = 0; k < x.size(); ++k)
        if (mask.data()[k] > 0.5f) y.data()[k] = static_cast<float>(x.data()[k] / (1 - p));
    return y;
}

}  // namespace lab
