#include "nn/sequential.h"

#include <stdexcept>
#include <utility>

namespace lab::nn {

void Sequential::add(std::unique_ptr<Layer> layer) {
    if (!layer) throw std::invalid_argument{"Sequential: there is no layer to add (nullptr)"};
    layers_.push_back(std::move(layer));
}

Matrix Sequential::forward(const Matrix& x) {
    Matrix y = x;
    for (const auto& layer : layers_) y = layer->forward(y);
    return y;
}

Matrix Sequential::backward(const Matrix& grad_output) {
    Matrix grad = grad_output;
    for (auto layer = layers_.rbegin(); layer != layers_.rend(); ++layer) {
        grad = (*layer)->backward(grad);
    }
    return grad;
}

std::vector<Parameter*> Sequential::parameters() {
    std::vector<Parameter*> all;
    for (const auto& layer : layers_) {
        for (Parameter* parameter : layer->parameters()) all.push_back(parameter);
    }
    return all;
}

std::vector<Layer*> Sequential::children() {
    std::vector<Layer*> all;
    for (const auto& layer : layers_) all.push_back(layer.get());
    return all;
}

}  // namespace lab::nn
