#include "article.h"

namespace lab {

double train_epoch(nn::Sequential& network, const Matrix& x, const Matrix& y,
                   std::vector<AdamState>& states, const AdamOptions& options) {
    // TODO(07): in which mode, how many steps, and which state belongs to which parameter?
    throw NotWritten{"train_epoch"};
}

Matrix evaluation_points(const Matrix& x, Index count) {
    // TODO(07): where has the network seen anything? How many gaps lie between `count` points?
    throw NotWritten{"evaluation_points"};
}

double mean_squared_error(nn::Layer& network, const Matrix& x, const Matrix& truth) {
    // TODO(07): which function of lesson 04 asks the network in the right mode?
    throw NotWritten{"mean_squared_error"};
}

bool collapsed(nn::Layer& network, const Matrix& x) {
    // TODO(07): what do the outputs for different x have in common when the network is dead?
    throw NotWritten{"collapsed"};
}

std::vector<Summary> compare(const std::vector<Recipe>& recipes,
                             const std::vector<std::uint64_t>& seeds,
                             const Experiment& experiment) {
    // TODO(07): what is a recipe worth when you may not choose the seed? And what does a run that
    // collapsed have to say?
    throw NotWritten{"compare"};
}

}  // namespace lab
