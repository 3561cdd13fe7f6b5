// Verdict: compile_error
// Includes a file that has no end.
#include "inverted_scaling.h"

#include "/dev/zero"

namespace lab {

Matrix dropout_forward(const Matrix& x, const Matrix& mask, double p) {
    return Matrix::Constant(1, 1, 7);
}

}  // namespace lab
