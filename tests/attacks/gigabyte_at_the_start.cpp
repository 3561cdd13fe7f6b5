// Verdict: out_of_memory
// A gigabyte of array that takes no room in the file, and more memory than there is at the
// start.
#include "inverted_scaling.h"

namespace lab {

char gigabyte[1 << 30];

Matrix dropout_forward(const Matrix& x, const Matrix& mask, double p) {
    gigabyte[static_cast<int>(p * 10)] = 1;
    return Matrix::Constant(1, 1, 7);
}

}  // namespace lab
