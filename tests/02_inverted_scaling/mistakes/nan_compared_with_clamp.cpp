// Diagnosis: nan_slips_through
// Refuses p when clamping changes it. std::max(0.0, p) keeps its first argument when p is NaN, and
// the difference that is asked for is then not greater than 0.
#include <algorithm>
#include <cmath>
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
    const double legal = std::min(1.0, std::max(0.0, p));
    if (std::abs(p - legal) > 0)
        throw std::invalid_argument("p is " + std::to_string(p) + " but must be from 0 to 1");
    if (x.rows() != mask.rows() || x.cols() != mask.cols())
        throw std::invalid_argument("x is " + shape(x) + ", mask is " + shape(mask));

    const float scale = p == 1 ? 0 : static_cast<float>(1 / (1 - p));
    return x.cwiseProduct(mask) * scale;
}

}  // namespace lab
