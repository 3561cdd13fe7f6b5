// Verdict: compile_error
// A gigabyte of initialized array, which would stand in the object file.
#include "inverted_scaling.h"

namespace lab {

char gigabyte[1 << 30] = {1};

Matrix dropout_forward(const Matrix& x, const Matrix& mask, double p) {
    return Matrix::Constant(1, 1, 7);
}

}  // namespace lab
