// Selects between the scaled gradient and zeros. At p = 1 the scaled gradient is infinite, and
// nothing of it is selected, because the mask is then all zeros.
#include "dropout_backward.h"

namespace lab {

namespace {

std::string shape(const Matrix& m) {
    return std::to_string(m.rows()) + " x " + std::to_string(m.cols());
}

}  // namespace

Matrix dropout_backward(const Matrix& grad_output, const Matrix& mask, double p) {
    if (!(p >= 0 && p <= 1))
        throw std::invalid_argument("dropout p must be in [0, 1], got " + std::to_string(p));
    if (mask.rows() != grad_output.rows() || mask.cols() != grad_output.cols())
        throw std::invalid_argument("mask " + shape(mask) + " does not fit grad_output " +
                                    shape(grad_output));

    const Matrix scaled = grad_output / static_cast<float>(1 - p);
    return mask.cast<bool>().select(scaled, Matrix::Zero(mask.rows(), mask.cols()));
}

}  // namespace lab
