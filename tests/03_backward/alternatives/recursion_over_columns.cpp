// Takes off one column at a time: the last one is done here, the rest by the same function.
#include <sstream>

#include "dropout_backward.h"

namespace lab {

static std::string shape(const Matrix& matrix) {
    std::ostringstream text;
    text << '(' << matrix.rows() << ", " << matrix.cols() << ')';
    return text.str();
}

void backward(Eigen::Ref<Matrix> grad, const Eigen::Ref<const Matrix>& mask, double keep) {
    const Index rest = grad.cols() - 1;
    if (rest < 0) return;
    for (Index i = 0; i < grad.rows(); ++i) {
        const bool passes = mask(i, rest) == 1 && keep > 0;
        grad(i, rest) = passes ? static_cast<float>(grad(i, rest) / keep) : 0;
    }
    backward(grad.leftCols(rest), mask.leftCols(rest), keep);
}

Matrix dropout_backward(const Matrix& grad_output, const Matrix& mask, double p) {
    if (!(p >= 0 && p <= 1))
        throw std::invalid_argument("p is " + std::to_string(p) + " but must be from 0 to 1");
    if (grad_output.rows() != mask.rows() || grad_output.cols() != mask.cols())
        throw std::invalid_argument("grad_output is " + shape(grad_output) + ", mask is " +
                                    shape(mask));

    Matrix grad_input = grad_output;
    backward(grad_input, mask, 1 - p);
    return grad_input;
}

}  // namespace lab
