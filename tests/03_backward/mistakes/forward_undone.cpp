// Diagnosis: times_keep
// Undoes the forward pass step by step: times 1 - p first, then the mask.
#include <algorithm>

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

    Matrix grad_input(mask.rows(), mask.cols());
    const auto undo = [keep = 1 - p](float grad, float kept) {
        return kept == 1 ? static_cast<float>(grad * keep) : 0.0f;
    };
    std::transform(grad_output.data(), grad_output.data() + grad_output.size(), mask.data(),
                   grad_input.data(), undo);
    return grad_input;
}

}  // namespace lab
