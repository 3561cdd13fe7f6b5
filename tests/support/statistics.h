// Bounds for what is random: derived, never guessed. A right program breaks one of them less than
// once in 10⁹ checks.
#pragma once

#include <cstdint>
#include <string>

namespace lab::test {

/// How rarely one check may fail a right program.
constexpr double false_alarm = 1e-9;

/// The counts that are not surprising, both ends included.
struct CountRange {
    std::int64_t low;
    std::int64_t high;
    bool contains(std::int64_t count) const { return low <= count && count <= high; }
};

/// The number of successes in `trials` independent trials, from the exact binomial distribution:
/// outside of the range with probability at most false_alarm / checks, where `checks` is how many
/// such counts are looked at together.
///
/// Units: probability in [0, 1]; at 0 and 1 the range is the one possible count.
CountRange likely_count(std::int64_t trials, double probability, std::int64_t checks = 1);

/// The range of Σ (count - mean)² / variance over `counts` independent binomial counts, taken as
/// χ² with that many degrees of freedom. The counts are not quite normal, so it is drawn a thousand
/// times wider than false_alarm asks.
struct SpreadRange {
    double low;
    double high;
};
SpreadRange likely_spread(std::int64_t counts);

/// "between 12300 and 12900 (a right program falls outside less than once in 10⁹ times)"
std::string describe(const CountRange& range);

}  // namespace lab::test
