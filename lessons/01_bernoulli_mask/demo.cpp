// Masks for several p, and how many units they keep.
#include "demo.h"

#include <cmath>

#include "bernoulli_mask.h"

namespace lab::demo {
namespace {

constexpr double probabilities[] = {0.2, 0.5, 0.8};

std::string text_of(double p) { return std::to_string(p).substr(0, 3); }

Figure masks(Rng& rng) {
    Picture picture{"p is the share of units that a mask drops, whichever they are", {}};
    for (const double p : probabilities) {
        picture.panels.push_back({.title = "p = " + text_of(p) + " (white: dropped)",
                                  .x_label = "unit",
                                  .y_label = "sample",
                                  .heat = bernoulli_mask(20, 16, p, rng)});
    }
    return {"masks", {picture}};
}

/// How many of `draws` masks keep k of n units, by the binomial distribution.
double expected(int k, int n, double p, int draws) {
    const double log_ways = std::lgamma(n + 1.0) - std::lgamma(k + 1.0) - std::lgamma(n - k + 1.0);
    return draws * std::exp(log_ways + k * std::log(1 - p) + (n - k) * std::log(p));
}

Figure kept_fraction(const Setting& setting, Rng& rng) {
    constexpr int units = 100, draws = 1000;
    Series counted{"1000 masks of 100 units", Role::dropout, Style::bars, {}, {}};
    Series binomial{"binomial distribution", Role::truth, Style::line, {}, {}};
    std::vector<int> masks(units + 1);
    for (const double p : probabilities) {
        std::vector<int> keeping(units + 1);  // how many masks keep k units
        for (int i = 0; i < draws; ++i) {
            const auto kept = std::lround(bernoulli_mask(1, units, p, rng).sum());
            ++keeping.at(static_cast<std::size_t>(kept));
        }
        for (std::size_t k = 0; k < keeping.size(); ++k) masks[k] += keeping[k];
    }
    for (int k = 0; k <= units; ++k) {
        const double fraction = static_cast<double>(k) / units;
        double sum = 0;
        for (const double p : probabilities) sum += expected(k, units, p, draws);
        counted.x.push_back(fraction);
        counted.y.push_back(masks[static_cast<std::size_t>(k)]);
        binomial.x.push_back(fraction);
        binomial.y.push_back(sum);
    }
    setting.progress(1);
    return {"kept_fraction",
            {{"The kept fraction varies about 1 - p, as the binomial distribution says",
              {{.title = "p = 0.8, 0.5 and 0.2, from left to right",
                .x_label = "kept fraction of the units",
                .y_label = "masks",
                .series = {counted, binomial},
                .x_range = Range{0, 1}}}}}};
}

}  // namespace

std::vector<Figure> figures(const Setting& setting) {
    Rng rng(setting.seed);
    Figure drawn = masks(rng);
    return {drawn, kept_fraction(setting, rng)};
}

}  // namespace lab::demo
