// Verdict: compile_error
// Includes the reference solution by its full path. The test puts the kit's folder here.
#include "inverted_scaling.h"

#include "KIT_FOLDER/solutions/02_inverted_scaling/inverted_scaling.cpp"
#define dropout_forward not_used

namespace lab {

Matrix dropout_forward(const Matrix& x, const Matrix& mask, double p) {
    return Matrix::Constant(1, 1, 7);
}

}  // namespace lab
