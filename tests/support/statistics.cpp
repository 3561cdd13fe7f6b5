#include "statistics.h"

#include <boost/math/distributions/binomial.hpp>
#include <boost/math/distributions/chi_squared.hpp>
#include <map>
#include <tuple>

namespace lab::test {

CountRange likely_count(std::int64_t trials, double probability, std::int64_t checks) {
    if (probability <= 0.0) return {0, 0};
    if (probability >= 1.0) return {trials, trials};
    // A test asks for few different ranges, for each of them often.
    static std::map<std::tuple<std::int64_t, double, std::int64_t>, CountRange> known;
    const auto [entry, is_new] = known.try_emplace({trials, probability, checks});
    if (!is_new) return entry->second;
    // boost's discrete quantiles round outwards.
    const boost::math::binomial_distribution<> count(static_cast<double>(trials), probability);
    const double tail = false_alarm / 2 / static_cast<double>(checks);
    return entry->second = {static_cast<std::int64_t>(quantile(count, tail)),
                            static_cast<std::int64_t>(quantile(complement(count, tail)))};
}

SpreadRange likely_spread(std::int64_t counts) {
    const boost::math::chi_squared_distribution<> spread(static_cast<double>(counts));
    const double tail = false_alarm / 2 / 1000;
    return {quantile(spread, tail), quantile(complement(spread, tail))};
}

std::string describe(const CountRange& range) {
    return "between " + std::to_string(range.low) + " and " + std::to_string(range.high) +
           " (a right program falls outside less than once in 10⁹ times)";
}

}  // namespace lab::test
