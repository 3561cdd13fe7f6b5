// Lists the kept units first and then writes only those into a matrix of zeros.
#include <vector>

#include "inverted_scaling.h"

namespace lab {

namespace {

template <typename... Parts>
[[noreturn]] void refuse(const Parts&... parts) {
    std::string message;
    ((message += parts), ...);
    throw std::invalid_argument(message);
}

std::string shape(const Matrix& m) {
    return std::to_string(m.rows()) + "×" + std::to_string(m.cols());
}

}  // namespace

Matrix dropout_forward(const Matrix& x, const Matrix& mask, double p) {
    if (not(0 <= p and p <= 1)) refuse("p is ", std::to_string(p), " and has to be in [0, 1]");
    if (shape(x) != shape(mask)) refuse("x is ", shape(x), " and mask is ", shape(mask));

    std::vector<std::pair<Index, Index>> kept;
    for (Index i = 0; i < mask.rows(); ++i)
        for (Index j = 0; j < mask.cols(); ++j)
            if (mask(i, j) == 1) kept.emplace_back(i, j);

    Matrix y = Matrix::Zero(x.rows(), x.cols());
    if (p == 1) return y;
    for (const auto& [i, j] : kept) y(i, j) = static_cast<float>(x(i, j) / (1 - p));
    return y;
}

}  // namespace lab
