// Verdict: compile_error
// Includes itself without end.
#include "inverted_scaling.h"

#include __FILE__

namespace lab {

Matrix dropout_forward(const Matrix& x, const Matrix& mask, double p) {
    return Matrix::Constant(1, 1, 7);
}

}  // namespace lab
