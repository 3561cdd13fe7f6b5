// Verdict: crashed
// Calls itself until the stack is full.
#include "inverted_scaling.h"

namespace lab {

namespace {
int depth(volatile int* above) {
    volatile int here = *above + 1;
    return depth(&here) + here;
}
}  // namespace

Matrix dropout_forward(const Matrix& x, const Matrix& mask, double p) {
    volatile int start = 0;
    if (depth(&start) == 1) return x;
    return Matrix::Constant(1, 1, 7);
}

}  // namespace lab
