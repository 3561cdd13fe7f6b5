// Inputs that tell mistakes apart: shapes that are not square, entries that are distinct and not 0.
#pragma once

#include <algorithm>

#include "observe.h"

namespace lab::test {

/// Distinct values between -4 and 4, none closer to 0 than 0.25, in an order that the seed decides.
/// `stream` tells the inputs of one test apart.
inline Matrix distinct_values(Index rows, Index cols, unsigned stream = 0) {
    Rng rng = observe::input_rng(stream);
    Matrix values(rows, cols);
    const auto count = static_cast<float>(values.size());
    for (Index i = 0; i < values.size(); ++i) {
        const float size = 0.25f + 3.75f * (static_cast<float>(i) + 0.5f) / count;
        values.data()[i] = rng() % 2 == 0 ? size : -size;
    }
    std::shuffle(values.data(), values.data() + values.size(), rng);
    return values;
}

/// A mask with kept and dropped units in every row that has room for both; two in three are kept.
inline Matrix mixed_mask(Index rows, Index cols, unsigned stream = 100) {
    Rng rng = observe::input_rng(stream);
    Matrix mask(rows, cols);
    for (Index i = 0; i < mask.size(); ++i) mask.data()[i] = rng() % 3 == 0 ? 0.0f : 1.0f;
    for (Index i = 0; i < rows && cols > 1; ++i) {
        if (mask.row(i).minCoeff() == mask.row(i).maxCoeff()) {
            mask(i, i % cols) = 1.0f - mask(i, i % cols);
        }
    }
    return mask;
}

}  // namespace lab::test
