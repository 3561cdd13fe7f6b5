#include "inverted_scaling.h"

#include <stdexcept>
#include <string>

namespace lab {

namespace {

std::string shape(const Matrix& m) {
    return std::to_string(m.rows()) + "x" + std::to_string(m.cols());
}

}  // namespace

Matrix dropout_forward(const Matrix& x, const Matrix& mask, double p) {
    if (!(p >= 0 && p <= 1)) {  // also refuses NaN
        throw std::invalid_argument{"dropout probability has to be between 0 and 1, but got " +
                                    std::to_string(p)};
    }
    if (mask.rows() != x.rows() || mask.cols() != x.cols()) {
        throw std::invalid_argument{"mask has to have the shape of x, " + shape(x) + ", but is " +
                                    shape(mask)};
    }
    if (p == 1) {  // 1/(1-p) is infinite, and 0 · ∞ is NaN
        return Matrix::Zero(x.rows(), x.cols());
    }
    const float scale = static_cast<float>(1 / (1 - p));
    // Chosen rather than multiplied by 0: a dropped infinity becomes 0, too.
    return (mask.array() != 0).select(x * scale, 0.0F);
}

}  // namespace lab
