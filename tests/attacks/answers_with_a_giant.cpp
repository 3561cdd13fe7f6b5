// Verdict: ended_early
// Gives an answer that is too large for any transcript.
#include "inverted_scaling.h"

namespace lab {

Matrix dropout_forward(const Matrix& x, const Matrix& mask, double p) {
    static int calls = 0;
    if (calls++ == 0) return Matrix::Constant(4096, 4096, 7);
    return Matrix::Constant(1, 1, 7);
}

}  // namespace lab
