#include "placement.h"

namespace lab {

std::vector<PlacementIssue> check_placement(const std::vector<LayerKind>& layers) {
    // TODO(05): for each dropout, what comes next, and is there any linear layer behind it?
    throw NotWritten{"check_placement"};
}

nn::Sequential make_mlp(const MlpSpec& spec, std::uint64_t seed) {
    // TODO(05): which layers stand between two widths, and which of them has the last one not?
    throw NotWritten{"make_mlp"};
}

}  // namespace lab
