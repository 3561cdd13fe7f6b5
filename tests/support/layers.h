// Walks over a network's layers as any student's containers hold them: by children().
#pragma once

#include <vector>

#include "nn/sequential.h"

namespace lab::test {

/// The layer and its descendants, each before its children.
inline std::vector<nn::Layer*> all_of(nn::Layer& root) {
    std::vector<nn::Layer*> all{&root};
    for (nn::Layer* child : root.children()) {
        const std::vector<nn::Layer*> below = all_of(*child);
        all.insert(all.end(), below.begin(), below.end());
    }
    return all;
}

/// The layers that hold no others, in the order of forward; an empty nn::Sequential is none.
inline std::vector<nn::Layer*> leaves_of(nn::Layer& root) {
    std::vector<nn::Layer*> leaves = all_of(root);
    std::erase_if(leaves, [](nn::Layer* layer) {
        return !layer->children().empty() || dynamic_cast<nn::Sequential*>(layer);
    });
    return leaves;
}

}  // namespace lab::test
