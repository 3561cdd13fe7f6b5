// Verdict: compile_error
// The linker misses a name of a million characters.
#include "inverted_scaling.h"

#define A "aaaaaaaaaaaaaaaa"
#define B A A A A A A A A A A A A A A A A
#define C B B B B B B B B B B B B B B B B
#define D C C C C C C C C C C C C C C C C
#define E D D D D D D D D D D D D D D D D
extern "C" int missing() asm("missing" E);

namespace lab {

Matrix dropout_forward(const Matrix& x, const Matrix& mask, double p) {
    if (missing() == 1) return x;
    return Matrix::Constant(1, 1, 7);
}

}  // namespace lab
