// std::transform over the storage of both matrices.
#include <algorithm>
#include <sstream>

#include "inverted_scaling.h"

namespace lab {

Matrix dropout_forward(const Matrix& x, const Matrix& mask, double p) {
    std::ostringstream error;
    if (!(p >= 0 && p <= 1)) error << "p = " << p << " is outside [0, 1]";
    if (x.rows() != mask.rows() || x.cols() != mask.cols())
        error << "\nx: " << x.rows() << "x" << x.cols() << ", mask: " << mask.rows() << "x"
              << mask.cols();
    if (!error.str().empty()) throw std::invalid_argument(error.str());

    const double scale = p == 1 ? 0 : 1 / (1 - p);
    Matrix y(x.rows(), x.cols());
    std::transform(x.data(), x.data() + x.size(), mask.data(), y.data(),
                   [scale](float value, float kept) {
                       return static_cast<float>(double{value} * kept * scale);
                   });
    return y;
}

}  // namespace lab
