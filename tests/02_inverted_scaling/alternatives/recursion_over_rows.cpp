// One recursion over the samples and one over the units of a sample.
#include <sstream>

#include "inverted_scaling.h"

namespace lab {

namespace {

std::string shape(const Matrix& matrix) {
    std::ostringstream text;
    text << matrix.rows() << " by " << matrix.cols();
    return text.str();
}

void drop_units(float* y, const float* mask, Index count, double p) {
    if (count == 0) return;
    *y = *mask == 1 && p < 1 ? static_cast<float>(*y / (1 - p)) : 0;
    drop_units(y + 1, mask + 1, count - 1, p);
}

void drop_samples(Matrix& y, const Matrix& mask, Index from, double p) {
    if (from == y.rows()) return;
    drop_units(y.data() + from * y.cols(), mask.data() + from * y.cols(), y.cols(), p);
    drop_samples(y, mask, from + 1, p);
}

}  // namespace

Matrix dropout_forward(const Matrix& x, const Matrix& mask, double p) {
    if (!(p >= 0 && p <= 1))
        throw std::invalid_argument("p is " + std::to_string(p) + " but must be from 0 to 1");
    if (x.rows() != mask.rows() || x.cols() != mask.cols())
        throw std::invalid_argument("x is " + shape(x) + ", mask is " + shape(mask));
    Matrix y = x;
    drop_samples(y, mask, 0, p);
    return y;
}

}  // namespace lab
