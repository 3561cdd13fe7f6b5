// Copies the gradient and changes the copy through raw pointers, from the last entry to the first.
#include "dropout_backward.h"

namespace lab {

Matrix dropout_backward(const Matrix& grad_output, const Matrix& mask, double p) {
    if (!(p >= 0.0 && p <= 1.0)) {
        throw std::invalid_argument("p has to be between 0 and 1, but got " + std::to_string(p));
    }
    if (mask.rows() != grad_output.rows() || mask.cols() != grad_output.cols()) {
        throw std::invalid_argument("grad_output is " + std::to_string(grad_output.rows()) + "x" +
                                    std::to_string(grad_output.cols()) + ", but mask is " +
                                    std::to_string(mask.rows()) + "x" +
                                    std::to_string(mask.cols()));
    }
    const double factor[2] = {0.0, p == 1.0 ? 0.0 : 1.0 / (1.0 - p)};
    Matrix grad_input = grad_output;
    float* grad = grad_input.data() + grad_input.size();
    const float* kept = mask.data() + mask.size();
    while (grad != grad_input.data()) {
        --grad;
        *grad = static_cast<float>(*grad * factor[*--kept != 0]);
    }
    return grad_input;
}

}  // namespace lab
