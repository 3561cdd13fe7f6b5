// Verdict: compile_error
// Warnings without end: the compiler prints more than anyone reads, and is stopped.
#include "inverted_scaling.h"

#define A _Pragma("GCC warning \"flood flood flood flood flood flood flood flood flood\"")
#define B A A A A A A A A A A
#define C B B B B B B B B B B
#define D C C C C C C C C C C
#define E D D D D D D D D D D
E E E E

    namespace lab {
    Matrix dropout_forward(const Matrix& x, const Matrix& mask, double p) {
        return Matrix::Constant(1, 1, 7);
    }

}  // namespace lab
