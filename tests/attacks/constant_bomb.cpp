// Verdict: compile_error
// A constant expression that never comes to its end.
#include "inverted_scaling.h"

namespace lab {

constexpr long endless() {
    long sum = 0;
    for (unsigned i = 0;; ++i) sum += i;
    return sum;
}
constexpr long bomb = endless();

Matrix dropout_forward(const Matrix& x, const Matrix& mask, double p) {
    return Matrix::Constant(1, 1, 7);
}

}  // namespace lab
