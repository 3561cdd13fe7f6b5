// Verdict: failed
// An object file of 150 megabytes.
#include "inverted_scaling.h"

namespace lab {

char large[150 << 20] = {1};

Matrix dropout_forward(const Matrix& x, const Matrix& mask, double p) {
    large[static_cast<int>(p * 10)] = 1;
    return Matrix::Constant(1, 1, 7);
}

}  // namespace lab
