// Verdict: failed
// Leaves a thread behind that goes on and on.
#include <chrono>
#include <thread>

#include "inverted_scaling.h"

namespace lab {

Matrix dropout_forward(const Matrix& x, const Matrix& mask, double p) {
    std::thread([] {
        for (;;) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }).detach();
    return Matrix::Constant(1, 1, 7);
}

}  // namespace lab
