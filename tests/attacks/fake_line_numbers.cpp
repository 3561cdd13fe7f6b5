// Verdict: compile_error
// Lets the compiler blame another file, whose lines a message might show.
#include "inverted_scaling.h"

#line 1 "/etc/passwd"

namespace lab {

int broken = ;

Matrix dropout_forward(const Matrix& x, const Matrix& mask, double p) {
    return Matrix::Constant(1, 1, 7);
}

}  // namespace lab
