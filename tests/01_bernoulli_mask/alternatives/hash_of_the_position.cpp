// Draws one key from rng and hashes it with each entry's position (SplitMix64): no state to carry
// from entry to entry, so the order does not matter.
#include <cmath>

#include "bernoulli_mask.h"

namespace lab {

namespace {

std::uint64_t split_mix(std::uint64_t z) {
    z += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

}  // namespace

Matrix bernoulli_mask(Index rows, Index cols, double p, Rng& rng) {
    if (std::isnan(p) || p < 0 || p > 1)
        throw std::invalid_argument("dropout: p = " + std::to_string(p) + " is not in [0, 1]");

    const std::uint64_t key = rng();
    return Matrix::NullaryExpr(rows, cols, [=](Index i, Index j) {
        const std::uint64_t bits =
            split_mix(key ^ split_mix(static_cast<std::uint64_t>(i * cols + j)));
        return std::ldexp(static_cast<double>(bits >> 11), -53) < p ? 0.0f : 1.0f;
    });
}

}  // namespace lab
