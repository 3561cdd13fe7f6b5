// std::transform twice: gradient times mask, then times the scale.
#include <algorithm>
#include <functional>

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

    Matrix grad_input(grad_output.rows(), grad_output.cols());
    float* const begin = grad_input.data();
    float* const end = begin + grad_input.size();
    std::transform(mask.data(), mask.data() + mask.size(), grad_output.data(), begin,
                   std::multiplies<>{});
    std::transform(begin, end, begin,
                   [p](float grad) { return p == 1 ? 0.0f : static_cast<float>(grad / (1 - p)); });
    return grad_input;
}

}  // namespace lab
