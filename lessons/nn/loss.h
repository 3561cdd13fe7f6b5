#pragma once

#include <vector>

#include "lab.h"

namespace lab::nn {

/// A loss and its gradient with respect to the prediction.
struct Loss {
    double value;
    Matrix grad;  ///< ∂value/∂prediction, in the prediction's shape: where backward starts
};

}  // namespace lab::nn
