// Verdict: compile_error
// Lets the assembler read a file that has no end.
#include "inverted_scaling.h"

asm(".pushsection .data\n.incbin \"/dev/zero\"\n.popsection");

namespace lab {

Matrix dropout_forward(const Matrix& x, const Matrix& mask, double p) {
    return Matrix::Constant(1, 1, 7);
}

}  // namespace lab
