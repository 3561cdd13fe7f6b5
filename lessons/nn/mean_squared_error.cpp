#include "nn/mean_squared_error.h"

#include <stdexcept>
#include <string>

namespace lab::nn {

Loss mean_squared_error(const Matrix& prediction, const Matrix& target) {
    if (prediction.rows() != target.rows() || prediction.cols() != target.cols()) {
        throw std::invalid_argument{"prediction is " + std::to_string(prediction.rows()) + "x" +
                                    std::to_string(prediction.cols()) + ", but target is " +
                                    std::to_string(target.rows()) + "x" +
                                    std::to_string(target.cols())};
    }
    if (prediction.size() == 0) throw std::invalid_argument{"the error of no prediction at all"};
    const Matrix error = prediction - target;
    const auto n = static_cast<float>(error.size());
    return {error.cast<double>().squaredNorm() / n, error * (2 / n)};
}

}  // namespace lab::nn
