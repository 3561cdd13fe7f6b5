// Diagnosis: nan_slips_through
// Asks whether p is farther than 1/2 from 1/2. NaN is not farther than anything.
#include <cmath>
#include <sstream>

#include "dropout_backward.h"

namespace lab {

static std::string shape(const Matrix& matrix) {
    std::ostringstream text;
    text << '(' << matrix.rows() << ", " << matrix.cols() << ')';
    return text.str();
}

Matrix dropout_backward(const Matrix& grad_output, const Matrix& mask, double p) {
    if (std::abs(p - 0.5) > 0.5)
        throw std::invalid_argument("p is " + std::to_string(p) + " but must be from 0 to 1");
    if (grad_output.rows() != mask.rows() || grad_output.cols() != mask.cols())
        throw std::invalid_argument("grad_output is " + shape(grad_output) + ", mask is " +
                                    shape(mask));

    const float scale = p == 1 ? 0 : static_cast<float>(1 / (1 - p));
    return grad_output.cwiseProduct(mask) * scale;
}

}  // namespace lab
