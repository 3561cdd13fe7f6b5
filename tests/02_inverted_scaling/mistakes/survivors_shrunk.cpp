// Diagnosis: times_keep
// Shrinks the survivors by 1 - p, expecting that fewer units should also weigh less.
#include <algorithm>
#include <sstream>

#include "inverted_scaling.h"

namespace lab {

Matrix dropout_forward(const Matrix& x, const Matrix& mask, double p) {
    std::ostringstream error;
    if (!(p >= 0 && p <= 1)) error << "p = " << p << " is outside [0, 1]; ";
    if (x.rows() != mask.rows() || x.cols() != mask.cols())
        error << "x: " << x.rows() << "x" << x.cols() << ", mask: " << mask.rows() << "x"
              << mask.cols();
    if (!error.str().empty()) throw std::invalid_argument(error.str());

    Matrix y(x.rows(), x.cols());
    std::transform(x.data(), x.data() + x.size(), mask.data(), y.data(),
                   [p](float value, float kept) { return kept != 0 ? value * (1 - p) : 0; });
    return y;
}

}  // namespace lab
