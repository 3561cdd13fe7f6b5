#include "nn/layer.h"

namespace lab::nn {

void zero_grad(Layer& layer) {
    for (Parameter* parameter : layer.parameters()) {
        parameter->grad.setZero(parameter->value.rows(), parameter->value.cols());
    }
}

}  // namespace lab::nn
