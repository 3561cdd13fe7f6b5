// Verdict: failed
// Writes a file without end, if there is a place where it may write.
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "inverted_scaling.h"

namespace lab {

static const char block[1 << 16] = {};

Matrix dropout_forward(const Matrix& x, const Matrix& mask, double p) {
    FILE* const file = tmpfile();
    const int descriptor = file ? fileno(file) : open("large", O_CREAT | O_WRONLY, 0600);
    while (write(descriptor, block, sizeof block) > 0) {}
    return Matrix::Constant(1, 1, 7);
}

}  // namespace lab
