#include "l2.h"

namespace lab {

double l2_penalty(const std::vector<const nn::Parameter*>& parameters, double lambda) {
    // TODO(06): what is summed, over which parameters, and where does the half come from?
    throw NotWritten{"l2_penalty"};
}

void add_l2_gradient(const std::vector<nn::Parameter*>& parameters, double lambda) {
    // TODO(06): nudge one weight. By how much does the penalty change?
    throw NotWritten{"add_l2_gradient"};
}

void sgd_step(nn::Parameter& parameter, const SgdOptions& options) {
    // TODO(06): what does a step do to a weight whose gradient is 0?
    throw NotWritten{"sgd_step"};
}

void adam_step(nn::Parameter& parameter, AdamState& state, const AdamOptions& options) {
    // TODO(06): what do the moments hold before the first step, and what do 1-β1ᵗ and 1-β2ᵗ mend?
    throw NotWritten{"adam_step"};
}

void adamw_step(nn::Parameter& parameter, AdamState& state, const AdamOptions& options) {
    // TODO(06): what is different when the decay does not pass through m and v?
    throw NotWritten{"adamw_step"};
}

}  // namespace lab
