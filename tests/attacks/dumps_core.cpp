// Verdict: crashed
// Asks for a dump of its memory, and aborts.
#include <sys/prctl.h>
#include <sys/resource.h>

#include <cstdlib>

#include "inverted_scaling.h"

namespace lab {

Matrix dropout_forward(const Matrix& x, const Matrix& mask, double p) {
    const rlimit all{RLIM_INFINITY, RLIM_INFINITY};
    setrlimit(RLIMIT_CORE, &all);
    prctl(PR_SET_DUMPABLE, 1);
    std::abort();
}

}  // namespace lab
