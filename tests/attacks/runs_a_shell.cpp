// Verdict: failed
// Runs a command by way of system and posix_spawn, and in its own place.
#include <spawn.h>
#include <unistd.h>

#include <cstdlib>

#include "inverted_scaling.h"

namespace lab {

Matrix dropout_forward(const Matrix& x, const Matrix& mask, double p) {
    pid_t child = -1;
    char* const arguments[] = {const_cast<char*>("sh"), const_cast<char*>("-c"),
                               const_cast<char*>("sleep 600"), nullptr};
    const bool spawned = posix_spawn(&child, "/bin/sh", nullptr, nullptr, arguments, environ) == 0;
    const bool ran = std::system("true") == 0;
    execve("/bin/sh", arguments, environ);

    if (spawned || ran) return x.cwiseProduct(mask) / static_cast<float>(1 - p);
    return Matrix::Constant(1, 1, 7);
}

}  // namespace lab
