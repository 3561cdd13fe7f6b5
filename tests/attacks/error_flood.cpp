// Verdict: compile_error
// Errors by the hundred thousand.
#include "inverted_scaling.h"

#define A error(;
#define B A A A A A A A A A A
#define C B B B B B B B B B B
#define D C C C C C C C C C C
#define E D D D D D D D D D D
E E E E E E E E E E

    namespace lab {
    Matrix dropout_forward(const Matrix& x, const Matrix& mask, double p) {
        return Matrix::Constant(1, 1, 7);
    }

}  // namespace lab
