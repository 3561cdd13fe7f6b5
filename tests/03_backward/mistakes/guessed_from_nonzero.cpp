// Diagnosis: mask_missing
// Divides where the gradient is not 0, thinking that it already is 0 for the dropped units. Only
// the mask can make it so: the result is the same as without a mask.
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

    Matrix grad_input = Matrix::Zero(grad_output.rows(), grad_output.cols());
    if (p == 1) return grad_input;
    for (Index i = 0; i < grad_output.rows(); ++i)
        for (Index j = 0; j < grad_output.cols(); ++j)
            if (grad_output(i, j) != 0)
                grad_input(i, j) = static_cast<float>(grad_output(i, j) / (1 - p));
    return grad_input;
}

}  // namespace lab
