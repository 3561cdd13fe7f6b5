// Diagnosis: mask_ignored
// Calls cwiseProduct for its effect. It has none: it returns the product, and y stays as it was.
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
    if (p == 1) return Matrix::Zero(x.rows(), x.cols());

    Matrix y = x;
    y.cwiseProduct(mask);
    y /= static_cast<float>(1 - p);
    return y;
}

}  // namespace lab
