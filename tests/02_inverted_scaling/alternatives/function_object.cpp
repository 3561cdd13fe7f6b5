// A function object for one entry, handed to binaryExpr.
#include "inverted_scaling.h"

namespace lab {

namespace {

struct Dropout {
    double p;
    float operator()(float value, float kept) const {
        const double keep = 1 - p;
        return keep == 0 ? 0 : static_cast<float>(value * kept / keep);
    }
};

void require(bool condition, const std::string& message) {
    if (!condition) throw std::invalid_argument(message);
}

std::string shape(const Matrix& m) {
    return "[" + std::to_string(m.rows()) + "," + std::to_string(m.cols()) + "]";
}

}  // namespace

Matrix dropout_forward(const Matrix& x, const Matrix& mask, double p) {
    require(p >= 0 && p <= 1, "p must be in [0, 1]: " + std::to_string(p));
    require(x.rows() == mask.rows() && x.cols() == mask.cols(),
            "x and mask must have one shape: " + shape(x) + shape(mask));
    return x.binaryExpr(mask, Dropout{p});
}

}  // namespace lab
