// Diagnosis: divided_by_batch
// Puts the batch size into the scale, to "average the gradient over the batch".
#include <sstream>

#include "dropout_backward.h"

namespace lab {

static std::string shape(const Matrix& matrix) {
    std::ostringstream text;
    text << '(' << matrix.rows() << ", " << matrix.cols() << ')';
    return text.str();
}

Matrix dropout_backward(const Matrix& grad_output, const Matrix& mask, double p) {
    if (!(p >= 0 && p <= 1))
        throw std::invalid_argument("p is " + std::to_string(p) + " but must be from 0 to 1");
    if (grad_output.rows() != mask.rows() || grad_output.cols() != mask.cols())
        throw std::invalid_argument("grad_output is " + shape(grad_output) + ", mask is " +
                                    shape(mask));

    if (p == 1 || mask.rows() == 0) return Matrix::Zero(mask.rows(), mask.cols());
    const float scale = static_cast<float>(1 / ((1 - p) * static_cast<double>(mask.rows())));
    return scale * grad_output.array() * mask.array();
}

}  // namespace lab
