// What every layer of a network can do, and what an optimizer updates.
#pragma once

#include <string>
#include <vector>

#include "lab.h"

namespace lab::nn {

/// One matrix that training changes, with its gradient.
///
/// Shape: grad has the shape of value.
struct Parameter {
    std::string name;
    Matrix value;
    Matrix grad;         ///< ∂L/∂value; backward passes add to it until zero_grad
    bool decays = true;  ///< false for biases: the L2 penalty leaves them alone
};

/// A step of a network, forward and backward.
class Layer {
public:
    virtual ~Layer() = default;

    /// The layer's output for a batch.
    ///
    /// Shape: x is (batch, inputs), the result (batch, outputs).
    virtual Matrix forward(const Matrix& x) = 0;

    /// The gradient with respect to the input of the last forward. Adds the parameters' own
    /// gradients to Parameter::grad.
    ///
    /// Shape:  grad_output is that of forward's result, the result that of forward's x.
    /// Errors: std::logic_error before any forward.
    virtual Matrix backward(const Matrix& grad_output) = 0;

    /// This layer's parameters and those of its descendants. They live as long as their layers.
    virtual std::vector<Parameter*> parameters() { return {}; }

    /// The layers directly inside this one; not theirs in turn.
    virtual std::vector<Layer*> children() { return {}; }

    /// True in training, false in evaluation. A layer that behaves alike in both ignores it.
    bool training = true;
};

/// Sets the gradients of all of the layer's parameters to 0.
void zero_grad(Layer& layer);

}  // namespace lab::nn
