// Diagnosis: first_row_mask
// Walks through x with one pointer and through the mask with an index that starts again at each
// row.
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

    const float scale = p < 1 ? static_cast<float>(1 / (1 - p)) : 0;
    Matrix y = x;
    float* value = y.data();
    for (Index i = 0; i < x.rows(); ++i) {
        for (Index j = 0; j < x.cols(); ++j) { *value++ *= mask.data()[j] * scale; }
    }
    return y;
}

}  // namespace lab
