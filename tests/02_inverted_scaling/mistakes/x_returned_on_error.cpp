// Diagnosis: no_range_check
// Prints a warning and returns x unchanged, so that training "at least goes on".
#include <iostream>
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
    if (!(p >= 0 && p <= 1)) {
        std::cerr << "warning: p is " << p << " but must be from 0 to 1\n";
        return x;
    }
    if (x.rows() != mask.rows() || x.cols() != mask.cols())
        throw std::invalid_argument("x is " + shape(x) + ", mask is " + shape(mask));

    const float scale = p == 1 ? 0 : static_cast<float>(1 / (1 - p));
    return x.cwiseProduct(mask) * scale;
}

}  // namespace lab
