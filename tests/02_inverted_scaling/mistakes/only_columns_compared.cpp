// Diagnosis: no_shape_check
// Compares the features but not the batch, and walks over the rows of x.
#include <sstream>

#include "inverted_scaling.h"

namespace lab {

Matrix dropout_forward(const Matrix& x, const Matrix& mask, double p) {
    std::ostringstream error;
    if (!(p >= 0 && p <= 1)) error << "p = " << p << " is outside [0, 1]";
    if (x.cols() != mask.cols())
        error << "x: " << x.rows() << "x" << x.cols() << ", mask: " << mask.rows() << "x"
              << mask.cols();
    if (!error.str().empty()) throw std::invalid_argument(error.str());

    Matrix y = x;
    for (Index i = 0; i < x.rows(); ++i) {
        for (Index j = 0; j < x.cols(); ++j) {
            if (p == 1 || mask(i, j) == 0) y(i, j) = 0;
            else y(i, j) /= static_cast<float>(1 - p);
        }
    }
    return y;
}

}  // namespace lab
