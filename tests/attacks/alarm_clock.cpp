// Verdict: crashed
// Lets a timer end the program.
#include <signal.h>
#include <sys/time.h>
#include <unistd.h>

#include "inverted_scaling.h"

namespace lab {

Matrix dropout_forward(const Matrix& x, const Matrix& mask, double p) {
    const itimerval soon{{0, 0}, {0, 1000}};
    setitimer(ITIMER_REAL, &soon, nullptr);
    pause();
    return Matrix::Constant(1, 1, 7);
}

}  // namespace lab
