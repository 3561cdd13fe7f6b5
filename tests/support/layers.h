// Walks over a network's layers as any student's containers hold them: by children(). And their
// modes.
#pragma once

#include <string>
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

/// In the order of all_of: 1 training, 0 evaluation.
using Modes = std::vector<int>;

inline Modes modes_of(nn::Layer& root) {
    Modes modes;
    for (const nn::Layer* layer : all_of(root)) modes.push_back(layer->training ? 1 : 0);
    return modes;
}

inline void put_modes(nn::Layer& root, const Modes& modes) {
    const std::vector<nn::Layer*> all = all_of(root);
    for (std::size_t i = 0; i < all.size(); ++i) all[i]->training = modes[i] != 0;
}

/// "TTETE…": T training, E evaluation.
inline std::string text_of(const Modes& modes) {
    std::string text;
    for (const int mode : modes) text += mode != 0 ? 'T' : 'E';
    return text;
}

}  // namespace lab::test
