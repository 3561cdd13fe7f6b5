// Verdict: compile_error
// An expression nested so deeply that the compiler runs out of stack and crashes.
#include "inverted_scaling.h"

#define A !!!!!!!!!!
#define B A A A A A A A A A A
#define C B B B B B B B B B B
#define D C C C C C C C C C C
#define E D D D D D D D D D D
#define F E E E E E E E E E E
const bool bomb = F 1;

namespace lab {

Matrix dropout_forward(const Matrix& x, const Matrix& mask, double p) {
    return Matrix::Constant(1, 1, 7);
}

}  // namespace lab
