// Copies x and walks over the copy with raw pointers.
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
    Matrix y = x;
    const float* kept = mask.data();
    for (float *value = y.data(), *end = y.data() + y.size(); value != end; ++value, ++kept) {
        if (*kept != 0 && p != 1) *value /= static_cast<float>(1 - p);
        else *value = 0;
    }
    return y;
}

}  // namespace lab
