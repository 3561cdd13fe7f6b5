// Verdict: compile_error
// Brings a main of its own.
#include "inverted_scaling.h"

int main() { return 0; }

namespace lab {

Matrix dropout_forward(const Matrix& x, const Matrix& mask, double p) {
    return Matrix::Constant(1, 1, 7);
}

}  // namespace lab
