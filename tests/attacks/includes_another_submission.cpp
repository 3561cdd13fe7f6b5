// Verdict: compile_error
// Includes another student's submission. The test puts the folder of submissions here.
#include "inverted_scaling.h"

#include "SUBMISSIONS_FOLDER/honest_right/inverted_scaling.cpp"
#define dropout_forward not_used

namespace lab {

Matrix dropout_forward(const Matrix& x, const Matrix& mask, double p) {
    return Matrix::Constant(1, 1, 7);
}

}  // namespace lab
