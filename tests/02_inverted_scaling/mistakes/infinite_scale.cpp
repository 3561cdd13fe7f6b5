// Diagnosis: nan_at_p_one
// Computes the scale first and multiplies. At p = 1 it is infinite, and infinity times 0 is NaN.
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

    const float scale = 1.0f / (1.0f - static_cast<float>(p));
    return scale * (x.array() * mask.array());
}

}  // namespace lab
