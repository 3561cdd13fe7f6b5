// Diagnosis: last_row_missed
// Lets the loop over the rows end one row too early.
#include "inverted_scaling.h"

namespace lab {

Matrix dropout_forward(const Matrix& x, const Matrix& mask, double p) {
    if (!(p >= 0.0 && p <= 1.0)) {
        throw std::invalid_argument("p has to be between 0 and 1, but got " + std::to_string(p));
    }
    if (x.rows() != mask.rows() || x.cols() != mask.cols()) {
        throw std::invalid_argument(
            "x is " + std::to_string(x.rows()) + "x" + std::to_string(x.cols()) + ", but mask is " +
            std::to_string(mask.rows()) + "x" + std::to_string(mask.cols()));
    }
    Matrix y = Matrix::Zero(x.rows(), x.cols());
    for (Index i = 0; i < x.rows() - 1; ++i) {
        for (Index j = 0; j < x.cols(); ++j) {
            if (mask(i, j) == 1.0f && p < 1.0) y(i, j) = static_cast<float>(x(i, j) / (1.0 - p));
        }
    }
    return y;
}

}  // namespace lab
