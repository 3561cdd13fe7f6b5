// Verdict: compile_error
// Macros that multiply: ten lines that become ten thousand million words.
#include "inverted_scaling.h"

#define M10 M9 M9 M9 M9 M9 M9 M9 M9 M9 M9
#define M9 M8 M8 M8 M8 M8 M8 M8 M8 M8 M8
#define M8 M7 M7 M7 M7 M7 M7 M7 M7 M7 M7
#define M7 M6 M6 M6 M6 M6 M6 M6 M6 M6 M6
#define M6 M5 M5 M5 M5 M5 M5 M5 M5 M5 M5
#define M5 M4 M4 M4 M4 M4 M4 M4 M4 M4 M4
#define M4 M3 M3 M3 M3 M3 M3 M3 M3 M3 M3
#define M3 M2 M2 M2 M2 M2 M2 M2 M2 M2 M2
#define M2 M1 M1 M1 M1 M1 M1 M1 M1 M1 M1
#define M1 \
    "lol"  \
    "lol"  \
    "lol"  \
    "lol"  \
    "lol"  \
    "lol"  \
    "lol"  \
    "lol"  \
    "lol"  \
    "lol"
const char* const laughs = M10;

namespace lab {

Matrix dropout_forward(const Matrix& x, const Matrix& mask, double p) {
    return Matrix::Constant(1, 1, 7);
}

}  // namespace lab
