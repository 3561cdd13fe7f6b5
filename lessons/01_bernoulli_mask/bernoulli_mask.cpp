#include "bernoulli_mask.h"

namespace lab {

Matrix bernoulli_mask(Index rows, Index cols, double p, Rng& rng) {
    // TODO(01): one coin for each entry. With which probability does a coin show 1?
    throw NotWritten{"bernoulli_mask"};
}

}  // namespace lab
