// Diagnosis: input_overwritten
// Takes a pointer to the values with a C cast, which removes const without a word.
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

    float* values = (float*)x.data();
    for (Index k = 0; k < x.size(); ++k) {
        if (p == 1 || mask.data()[k] == 0) values[k] = 0;
        else values[k] = static_cast<float>(values[k] / (1 - p));
    }
    return x;
}

}  // namespace lab
