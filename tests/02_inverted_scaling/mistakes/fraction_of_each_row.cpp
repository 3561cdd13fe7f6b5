// Diagnosis: realised_fraction
// Counts the kept units of each sample and scales the sample by units / kept, so that the sum of
// its inputs is restored "exactly".
#include "inverted_scaling.h"

namespace lab {

namespace {

std::string shape(const Matrix& m) {
    return std::to_string(m.rows()) + " x " + std::to_string(m.cols());
}

}  // namespace

Matrix dropout_forward(const Matrix& x, const Matrix& mask, double p) {
    if (!(p >= 0 && p <= 1))
        throw std::invalid_argument("dropout p must be in [0, 1], got " + std::to_string(p));
    if (mask.rows() != x.rows() || mask.cols() != x.cols())
        throw std::invalid_argument("mask " + shape(mask) + " does not fit x " + shape(x));

    Matrix y = Matrix::Zero(x.rows(), x.cols());
    if (p == 1) return y;
    for (Index i = 0; i < x.rows(); ++i) {
        const auto kept = (mask.row(i).array() != 0).count();
        if (kept == 0) continue;
        const float scale = static_cast<float>(x.cols()) / static_cast<float>(kept);
        y.row(i) = x.row(i).cwiseProduct(mask.row(i)) * scale;
    }
    return y;
}

}  // namespace lab
