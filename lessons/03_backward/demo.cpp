// The mask beside the gradient: the same holes.
#include "demo.h"

#include "dropout_backward.h"

namespace lab::demo {

std::vector<Figure> figures(const Setting& setting) {
    constexpr double p = 0.4;
    constexpr Index samples = 20, units = 12;
    Rng rng(setting.seed);
    std::bernoulli_distribution kept(1 - p);
    std::normal_distribution<float> normal;
    const Matrix mask =
        Matrix::NullaryExpr(samples, units, [&] { return kept(rng) ? 1.0F : 0.0F; });
    const Matrix grad_output = Matrix::NullaryExpr(samples, units, [&] { return normal(rng); });
    const auto panel = [](const std::string& title, const Matrix& values) {
        return Panel{.title = title, .x_label = "unit", .y_label = "sample", .heat = values};
    };
    Picture picture{
        "The gradient has the holes of the forward pass, and its scale 1/(1 - p)",
        {panel("Mask (white: dropped)", mask), panel("Gradient that comes in", grad_output),
         panel("Gradient passed on", dropout_backward(grad_output, mask, p))}};
    setting.progress(1);
    return {{"gradient", {picture}}};
}

}  // namespace lab::demo
