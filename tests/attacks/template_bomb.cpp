// Verdict: compile_error
// A template that needs itself without end.
#include "inverted_scaling.h"

namespace lab {

template <int n>
struct Bomb : Bomb<n + 1> {};
const Bomb<0> bomb;

Matrix dropout_forward(const Matrix& x, const Matrix& mask, double p) {
    return Matrix::Constant(1, 1, 7);
}

}  // namespace lab
