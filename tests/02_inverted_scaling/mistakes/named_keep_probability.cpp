// Diagnosis: scaled_by_p
// Calls p the keep probability, as in the older papers and TensorFlow 1, and scales by its inverse.
#include <sstream>

#include "inverted_scaling.h"

namespace lab {

namespace {

std::string shape(const Matrix& matrix) {
    std::ostringstream text;
    text << '(' << matrix.rows() << ", " << matrix.cols() << ')';
    return text.str();
}

void check(const Matrix& x, const Matrix& mask, double p) {
    if (!(p >= 0 && p <= 1))
        throw std::invalid_argument("p is " + std::to_string(p) + " but must be from 0 to 1");
    if (x.rows() != mask.rows() || x.cols() != mask.cols())
        throw std::invalid_argument("x is " + shape(x) + ", mask is " + shape(mask));
}

}  // namespace

Matrix dropout_forward(const Matrix& x, const Matrix& mask, double p) {
    check(x, mask, p);
    const double keep_probability = p;
    if (keep_probability == 0) return x;
    return x.cwiseProduct(mask) * static_cast<float>(1 / keep_probability);
}

}  // namespace lab
