// Diagnosis: times_p
// Multiplies by p, taking it for the probability of keeping and the scale for that of evaluation.
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
    return static_cast<float>(p) * x.cwiseProduct(mask);
}

}  // namespace lab
