// Verdict: failed
// Throws a message that is not UTF-8, holds a NUL and has no end.
#include <stdexcept>
#include <string>

#include "inverted_scaling.h"

namespace lab {

Matrix dropout_forward(const Matrix& x, const Matrix& mask, double p) {
    const std::string bytes("\xFF\xFE\xC0\x80\0\xED\xA0\x80 passed", 16);
    std::string message;
    for (int i = 0; i < 10'000; ++i) message += bytes;
    fwrite(message.data(), 1, message.size(), stdout);
    throw std::runtime_error(bytes + message);
}

}  // namespace lab
