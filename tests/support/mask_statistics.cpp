#include "mask_statistics.h"

#include <bitset>
#include <cmath>
#include <numeric>

#include "judgement.h"
#include "reference.h"
#include "statistics.h"

namespace lab::test {
namespace {

/// One row or one column of a mask: bit i says whether unit i is kept.
using Line = std::bitset<512>;

std::vector<Line> rows_of(const Matrix& mask) {
    std::vector<Line> lines(static_cast<std::size_t>(mask.rows()));
    for (Index i = 0; i < mask.rows(); ++i) {
        for (Index j = 0; j < mask.cols(); ++j) {
            if (mask(i, j) != 0.0f)
                lines[static_cast<std::size_t>(i)].set(static_cast<std::size_t>(j));
        }
    }
    return lines;
}

std::vector<Line> columns_of(const Matrix& mask) { return rows_of(mask.transpose()); }

std::int64_t kept_units(const Matrix& mask) { return (mask.array() != 0.0f).count(); }

bool constant(const Matrix& mask) { return mask.size() == 0 || mask.minCoeff() == mask.maxCoeff(); }

bool all_rows_equal(const Matrix& mask) { return mask == mask.row(0).replicate(mask.rows(), 1); }

bool all_columns_equal(const Matrix& mask) { return mask == mask.col(0).replicate(1, mask.cols()); }

bool equal(const Matrix& a, const Matrix& b) {
    return a.rows() == b.rows() && a.cols() == b.cols() && a == b;
}

bool rate_is(const Matrix& mask, double kept) {
    return likely_count(mask.size(), kept).contains(kept_units(mask));
}

/// Does a fraction near p that a coarse coin can show (tenths, hundredths, 1/n) explain the share
/// of dropped units?
bool dropped_at_a_rounded_p(const Matrix& mask, double p) {
    std::vector<double> candidates;
    for (const double parts : {10.0, 100.0}) {
        candidates.push_back(std::floor(p * parts) / parts);
        candidates.push_back((std::floor(p * parts) + 1) / parts);
    }
    candidates.push_back(1 / std::floor(1 / p));
    candidates.push_back(1 / std::ceil(1 / p));
    return std::any_of(candidates.begin(), candidates.end(), [&](double rounded) {
        return std::abs(rounded - p) > 1e-12 && rate_is(mask, 1 - rounded);
    });
}

/// Fails unless every mask is made of 0 and 1; ends the judging block.
void require_zeros_and_ones(const Matrix& mask, double p) {
    const bool holds = (mask.array() == 0.0f || mask.array() == 1.0f).all();
    expect_zeros_and_ones(mask, p);
    if (!holds) FAIL("");
}

struct Named {
    std::string diagnosis;
    std::string advice;
    bool general = false;  ///< it says what is wrong, not why
};

/// The known mistake that a mask's pattern shows, whatever its rate.
std::optional<Named> pattern_mistake(const Sample& sample, double p) {
    const auto& [large, small] = sample;
    const auto each = [&, &large = large, &small = small](auto property) {
        return property(large) && std::all_of(small.begin(), small.end(), property);
    };
    if (each(constant)) {
        if (p < 0.01 || p > 0.99) return std::nullopt;  // nothing unusual in a small mask
        const auto kept = std::count_if(small.begin(), small.end(),
                                        [](const Matrix& mask) { return mask(0, 0) != 0.0f; });
        if (kept == static_cast<std::ptrdiff_t>(small.size())) {
            return Named{"nothing_dropped",
                         "No unit is ever dropped. What has become of p where the coin is compared "
                         "with it: is it still a fraction?"};
        }
        if (kept == 0) {
            return Named{"everything_dropped",
                         "No unit is ever kept. What has become of p where the coin is compared "
                         "with it: is it still a fraction?"};
        }
        return Named{"one_draw_for_all",
                     "All units of a mask share one fate. How many coins are tossed in one call, "
                     "and how many should be?"};
    }
    if (each(all_rows_equal)) {
        return Named{"rows_repeated",
                     "Every row is the same: each sample of the batch loses the same units. How "
                     "many coins are tossed for a second row?"};
    }
    if (each(all_columns_equal)) {
        return Named{"columns_repeated",
                     "Every column is the same: a sample keeps all of its units or none. How many "
                     "coins are tossed for a second column?"};
    }
    return std::nullopt;
}

std::vector<std::int64_t> counts_of(const std::vector<Line>& lines) {
    std::vector<std::int64_t> counts;
    for (const Line& line : lines) counts.push_back(static_cast<std::int64_t>(line.count()));
    return counts;
}

/// Σ (count - mean)² / variance, for binomial counts of `units` coins that show 1 at the rate
/// `kept`.
double spread_of(const std::vector<std::int64_t>& counts, Index units, double kept) {
    const double mean = static_cast<double>(units) * kept;
    double squares = 0;
    for (const std::int64_t count : counts) {
        const double off = static_cast<double>(count) - mean;
        squares += off * off;
    }
    return squares / (mean * (1 - kept));
}

/// Do the counts of the rows and of the columns scatter like independent coins of the mask's own
/// rate? Otherwise its rate is an accident that explains nothing.
bool scatters_like_coins(const Matrix& mask) {
    const double kept = static_cast<double>(kept_units(mask)) / static_cast<double>(mask.size());
    const auto like_coins = [kept](const std::vector<Line>& lines, Index units) {
        const SpreadRange range = likely_spread(static_cast<std::int64_t>(lines.size()));
        const double spread = spread_of(counts_of(lines), units, kept);
        return range.low <= spread && spread <= range.high;
    };
    return like_coins(rows_of(mask), mask.cols()) && like_coins(columns_of(mask), mask.rows());
}

/// The known mistake that a mask's rate shows.
std::optional<Named> rate_mistake(const Matrix& mask, double p) {
    const bool extreme = p < 0.01 || p > 0.99;
    if (extreme && constant(mask)) {
        return Named{
            "p_rounded",
            "How many different values can your coin show, and can it hit p = " + number(p) + "?"};
    }
    if (!constant(mask) && !extreme && !scatters_like_coins(mask)) {
        return Named{
            "entries_not_independent",
            "The units do not scatter like independent coins. Is one coin used for several "
            "of them, or are drawn numbers used again?"};
    }
    if (rate_is(mask, p)) {
        return Named{"keep_and_drop_swapped",
                     "Units are kept with probability p. p is the probability of dropping: which "
                     "outcome of the coin is the 1?"};
    }
    if (rate_is(mask, 1 - p / 100)) {
        return Named{"percentage",
                     "Units are dropped with probability p/100. p is a fraction between 0 and 1, "
                     "not a percentage."};
    }
    if (dropped_at_a_rounded_p(mask, p)) {
        return Named{"p_rounded",
                     "Units are dropped with a rounded p. How many different values can your coin "
                     "show, and can it hit p = " +
                         number(p) + " exactly?"};
    }
    if (rate_is(mask, 1 - p * p)) {
        return Named{"dropped_twice_as_rarely",
                     "Units are dropped with probability p². Are two coins tossed for one unit?"};
    }
    if (rate_is(mask, (1 - p) * (1 - p))) {
        return Named{"two_coins",
                     "Units are kept with probability (1-p)². Are two coins tossed for one unit?"};
    }
    // In between, a half may also be a p that was rounded.
    if ((p < 0.3 || p > 0.75) && rate_is(mask, 0.5)) {
        return Named{"p_ignored",
                     "Half of the units are kept, whatever p is. Where does p come in?"};
    }
    const double dropped = 1 - static_cast<double>(kept_units(mask)) /
                                   static_cast<double>(std::max<Index>(mask.size(), 1));
    return Named{"wrong_rate",
                 "About " + number(dropped) + " of the units are dropped, and p is " + number(p) +
                     ". For which share of its values does your coin show a 0?",
                 true};
}

Suspect suspect(const std::optional<Named>& named) {
    if (!named) return {"", false, ""};
    return {named->diagnosis, true, named->advice, named->general};
}

/// Failures can be shown as the student's mask beside one of LibTorch's.
class BesideLibTorch : public observe::Beside {
public:
    BesideLibTorch(const Matrix& mask, double p)
        : Beside(
              mask, [&mask, p] { return reference::bernoulli_mask(mask.rows(), mask.cols(), p); },
              "a mask of LibTorch's") {}
};

/// The rate of each of the lines (rows or columns, called `name`) of `length` units.
void expect_rate_of_lines(const std::vector<Line>& lines, Index length, const std::string& name,
                          double p) {
    const auto count = static_cast<std::int64_t>(lines.size());
    const CountRange range = likely_count(length, 1 - p, count);
    std::int64_t wrong = 0;
    std::size_t last_wrong = 0;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        if (range.contains(static_cast<std::int64_t>(lines[i].count()))) continue;
        ++wrong;
        last_wrong = i;
    }
    expect(
        wrong == 0,
        name + " " + std::to_string(last_wrong) + " keeps " +
            std::to_string(lines[last_wrong].count()) + " of " + std::to_string(length) +
            " units, expected " + describe(range),
        {{"last_" + name + "_missed", wrong == 1 && last_wrong + 1 == lines.size(),
          "Only the last " + name + " is wrong. Which is the last index that your loop reaches?"},
         {"first_" + name + "_missed", wrong == 1 && last_wrong == 0,
          "Only the first " + name + " is wrong. At which index does your loop start?"}});
}

/// Pairs of different lines agree in as many units as independent coins do.
void expect_lines_independent(const std::vector<Line>& lines, Index length, const std::string& name,
                              double p) {
    const auto count = static_cast<std::int64_t>(lines.size());
    const double agreement = p * p + (1 - p) * (1 - p);
    const CountRange range = likely_count(length, agreement, count * (count - 1) / 2);
    for (std::size_t a = 0; a < lines.size(); ++a) {
        for (std::size_t b = a + 1; b < lines.size(); ++b) {
            const auto differ = static_cast<std::int64_t>((lines[a] ^ lines[b]).count());
            const std::int64_t agree = length - differ;
            if (range.contains(agree)) continue;
            expect(false,
                   name + "s " + std::to_string(a) + " and " + std::to_string(b) + " agree in " +
                       std::to_string(agree) + " of " + std::to_string(length) +
                       " units, expected " + describe(range),
                   {{"rows_repeated", differ == 0 && name == "row",
                     "These rows are the same. Is a drawn row used again?"},
                    {"entries_not_independent", true,
                     "Knowing one entry helps to guess another. Is one coin used for both?"}});
            return;
        }
    }
}

/// Neighbours at distance 1 to 3 along the order in which `values` runs.
void expect_neighbours_independent(const std::vector<char>& values, const std::string& direction,
                                   double p) {
    const double agreement = p * p + (1 - p) * (1 - p);
    for (const std::size_t distance : {1u, 2u, 3u, 4u}) {
        // Pairs that share no entry are independent trials: (0, d), (1, d+1), …, then from 2d on;
        // a second round starts d later, so that every neighbouring pair is looked at.
        for (const std::size_t start : {std::size_t{0}, distance}) {
            std::int64_t pairs = 0, agree = 0;
            for (std::size_t block = start; block < values.size(); block += 2 * distance) {
                for (std::size_t i = block; i < block + distance; ++i) {
                    if (i + distance >= values.size()) break;
                    ++pairs;
                    agree += values[i] == values[i + distance];
                }
            }
            const CountRange range = likely_count(pairs, agreement, 8);
            if (range.contains(agree)) continue;
            expect(false,
                   std::to_string(agree) + " of " + std::to_string(pairs) + " pairs of units " +
                       std::to_string(distance) + " apart " + direction + " agree, expected " +
                       describe(range),
                   {{"entries_not_independent", true,
                     "Knowing one entry helps to guess its neighbour. Is one coin used for both, "
                     "or does one draw depend on the last?"}});
            return;
        }
    }
}

/// The counts vary as those of independent coins do.
void expect_spread(const std::vector<std::int64_t>& counts, Index units, const std::string& what,
                   double p) {
    const double spread = spread_of(counts, units, 1 - p);
    const SpreadRange range = likely_spread(static_cast<std::int64_t>(counts.size()));
    const auto [fewest, most] = std::minmax_element(counts.begin(), counts.end());
    const double ratio = spread / static_cast<double>(counts.size());
    expect(range.low <= spread && spread <= range.high,
           what + " keeps " + std::to_string(*fewest) +
               (*most > *fewest ? " to " + std::to_string(*most) : "") + " of " +
               std::to_string(units) + " units; the variance of these counts is " + number(ratio) +
               " times that of independent coins",
           {{"exact_count", spread < range.low && *most - *fewest <= 1,
             "The number of kept units hardly varies. Independent coins do not count how many "
             "units were dropped already: is a fixed number chosen?"}});
}

}  // namespace

void expect_shape(const Matrix& mask, Index rows, Index cols) {
    if (mask.rows() == rows && mask.cols() == cols) return;
    expect(false,
           "yours is " + observe::describe(mask) + ", expected " + std::to_string(rows) + "×" +
               std::to_string(cols),
           {{"empty_shape_lost", mask.size() == 0 && rows * cols == 0,
             "A mask without rows still has its columns, and the other way round. Which shape does "
             "your function return?"},
            {"shape_transposed", mask.rows() == cols && mask.cols() == rows,
             "Rows and columns are exchanged. Which of the two comes first?"}});
    FAIL("");
}

void expect_zeros_and_ones(const Matrix& mask, double p) {
    const BesideLibTorch beside(mask, p);
    for (Index i = 0; i < mask.size(); ++i) {
        const float entry = mask.data()[i];
        if (entry == 0.0f || entry == 1.0f) continue;
        const auto scale = static_cast<float>(1 / (1 - p));
        const auto only = [&mask](float kept) {
            return (mask.array() == 0.0f || (mask.array() - kept).abs() < 1e-4f * std::abs(kept))
                .all();
        };
        expect(false,
               "at (" + std::to_string(i / mask.cols()) + ", " + std::to_string(i % mask.cols()) +
                   "): yours " + number(entry) + ", expected 0 or 1",
               {{"mask_is_scaled", only(scale),
                 "Kept units hold 1/(1-p). A mask says which units are kept; the scaling is the "
                 "next lesson's."},
                {"probabilities_for_coins", constant(mask),
                 "Every entry is the same probability. Where is the coin tossed?"},
                {"uniform_for_coins",
                 mask.allFinite() && mask.minCoeff() >= 0.0f && mask.maxCoeff() <= 1.0f,
                 "Entries lie between 0 and 1. That is the draw: what makes a 0 or a 1 of it?"}});
        return;
    }
}

void expect_rate(const Sample& sample, double p) {
    const Matrix& mask = sample.first;
    const BesideLibTorch beside(mask, p);
    require_zeros_and_ones(mask, p);
    const CountRange range = likely_count(mask.size(), 1 - p);
    const std::int64_t kept = kept_units(mask);
    const auto pattern = pattern_mistake(sample, p);
    if (!range.contains(kept)) {
        expect(false,
               "it keeps " + std::to_string(kept) + " of " + std::to_string(mask.size()) +
                   " units, expected " + describe(range),
               {suspect(pattern), suspect(rate_mistake(mask, p))});
    } else if (pattern) {
        expect(false, "the mask follows a pattern", {suspect(pattern)});
    } else {
        expect_rate_of_lines(rows_of(mask), mask.cols(), "row", p);
        expect_rate_of_lines(columns_of(mask), mask.rows(), "column", p);
    }
}

void expect_rate_after(const Matrix& mask, double p, double earlier_p) {
    const BesideLibTorch beside(mask, p);
    require_zeros_and_ones(mask, p);
    const CountRange range = likely_count(mask.size(), 1 - p);
    const std::int64_t kept = kept_units(mask);
    if (range.contains(kept)) return;
    expect(false,
           "at p = " + number(p) + " it keeps " + std::to_string(kept) + " of " +
               std::to_string(mask.size()) + " units, expected " + describe(range),
           {{"first_p_kept", rate_is(mask, 1 - earlier_p),
             "That is the rate of an earlier call. What does your function keep from one call to "
             "the next: a static variable?"},
            suspect(rate_mistake(mask, p))});
}

void expect_constant(const Matrix& mask, double p) {
    const BesideLibTorch beside(mask, p);
    expect_shape(mask, 2, 5);
    const float expected = p == 0.0 ? 1.0f : 0.0f;
    const Index wrong = (mask.array() != expected).count();
    const bool p_is_zero = p == 0.0;
    expect(wrong == 0,
           std::to_string(wrong) + " of " + std::to_string(mask.size()) + " units are " +
               (p_is_zero ? "not kept" : "not dropped"),
           {{p_is_zero ? "p_zero_drops" : "p_one_keeps",
             (mask.array() == 0.0f || mask.array() == 1.0f).all() && (p_is_zero || !constant(mask)),
             "Think of the coin's smallest value, which may be exactly 0, and compare it with p as "
             "your code does: which of < and <= (or > and >=) treats it right?"}});
}

void expect_independent_entries(const Sample& sample, double p) {
    const Matrix& mask = sample.first;
    const BesideLibTorch beside(mask, p);
    require_zeros_and_ones(mask, p);
    if (const auto named = pattern_mistake(sample, p)) {
        expect(false, "the mask follows a pattern", {suspect(named)});
        return;
    }
    if (!rate_is(mask, 1 - p)) {
        expect(false, "the share of kept units is not 1-p", {suspect(rate_mistake(mask, p))});
        return;
    }
    const std::vector<Line> rows = rows_of(mask), columns = columns_of(mask);

    std::vector<char> along_rows, along_columns;
    for (Index i = 0; i < mask.rows(); ++i) {
        for (Index j = 0; j < mask.cols(); ++j) along_rows.push_back(mask(i, j) != 0.0f ? 1 : 0);
    }
    for (Index j = 0; j < mask.cols(); ++j) {
        for (Index i = 0; i < mask.rows(); ++i) along_columns.push_back(mask(i, j) != 0.0f ? 1 : 0);
    }
    expect_neighbours_independent(along_rows, "along the rows", p);
    expect_neighbours_independent(along_columns, "along the columns", p);
    expect_lines_independent(rows, mask.cols(), "row", p);
    expect_lines_independent(columns, mask.rows(), "column", p);
    expect_spread(counts_of(rows), mask.cols(), "every row", p);
    expect_spread(counts_of(columns), mask.rows(), "every column", p);
}

void expect_independent_calls(const std::vector<Matrix>& masks, double p) {
    const Index units = masks.front().size();
    std::vector<Line> unit_counts;
    for (Index unit = 0; unit < units; ++unit) {
        std::vector<char> history;
        for (const Matrix& mask : masks) {
            require_zeros_and_ones(mask, p);
            history.push_back(mask.data()[unit] != 0.0f ? 1 : 0);
        }
        const auto kept = std::count(history.begin(), history.end(), 1);
        const auto calls = static_cast<std::int64_t>(masks.size());
        const CountRange range = likely_count(calls, 1 - p, units);
        expect(range.contains(kept),
               "unit " + std::to_string(unit) + " is kept " + std::to_string(kept) + " of " +
                   std::to_string(calls) + " times, expected " + describe(range),
               {{"keep_and_drop_swapped",
                 !range.contains(kept) && likely_count(calls, p, units).contains(kept),
                 "Units are kept with probability p. p is the probability of dropping."},
                {"wrong_rate", true, "Is a small mask drawn like any other?", true}});
        if (!range.contains(kept)) return;
        expect_neighbours_independent(history, "in the order of the calls", p);
    }
    const CountRange range = likely_count(static_cast<std::int64_t>(masks.size()),
                                          p * p + (1 - p) * (1 - p), units * units);
    for (Index a = 0; a < units; ++a) {
        for (Index b = a + 1; b < units; ++b) {
            const auto agree = std::count_if(masks.begin(), masks.end(), [&](const Matrix& mask) {
                return mask.data()[a] == mask.data()[b];
            });
            if (range.contains(agree)) continue;
            expect(false,
                   "units " + std::to_string(a) + " and " + std::to_string(b) + " agree " +
                       std::to_string(agree) + " of " + std::to_string(masks.size()) +
                       " times, expected " + describe(range),
                   {{"entries_not_independent", true,
                     "Knowing one entry helps to guess another. Is one coin used for both?"}});
            return;
        }
    }
}

void expect_counts_vary(const std::vector<Matrix>& masks, double p) {
    std::vector<std::int64_t> totals, row_counts, column_counts;
    bool all_equal = true;
    for (const Matrix& mask : masks) {
        expect_shape(mask, masks.front().rows(), masks.front().cols());
        require_zeros_and_ones(mask, p);
        all_equal = all_equal && mask == masks.front();
        totals.push_back(kept_units(mask));
        const auto rows = counts_of(rows_of(mask)), columns = counts_of(columns_of(mask));
        row_counts.insert(row_counts.end(), rows.begin(), rows.end());
        column_counts.insert(column_counts.end(), columns.begin(), columns.end());
    }
    if (all_equal) {
        expect(false, std::to_string(masks.size()) + " calls with one rng all gave the same mask");
        return;
    }
    const auto units = masks.front().size() * static_cast<Index>(masks.size());
    const std::int64_t kept = std::accumulate(totals.begin(), totals.end(), std::int64_t{0});
    const CountRange range = likely_count(units, 1 - p);
    expect(range.contains(kept), "all masks together keep " + std::to_string(kept) + " of " +
                                     std::to_string(units) + " units, expected " + describe(range));
    if (!range.contains(kept)) return;
    expect_spread(totals, masks.front().size(), "every mask", p);
    expect_spread(row_counts, masks.front().cols(), "every row", p);
    expect_spread(column_counts, masks.front().rows(), "every column", p);
}

void expect_chance_from_rng(const Matrix& first, const Matrix& same, const Matrix& next,
                            const Matrix& other) {
    const bool varied = !constant(first);
    expect(equal(first, same), "two generators in the same state gave two different masks",
           {{"not_from_rng", true,
             "Chance comes from somewhere else as well. Who else tosses coins in your function "
             "(std::rand, std::random_device, a static generator, Eigen's Random)?"}});
    if (!equal(first, same)) return;
    expect(!equal(first, other), "two generators in different states gave the same mask",
           {{"reseeded", varied,
             "The mask does not depend on rng. Does your function start a generator of its own, "
             "with a seed of its own, or keep a mask from an earlier call?"}});
    if (equal(first, other)) return;
    expect(!equal(first, next), "two calls in a row with the same rng gave the same mask",
           {{"rng_not_advanced", varied,
             "rng is where it was before the call. Does your function toss its coins with rng "
             "itself, or with a copy of it?"}});
}

}  // namespace lab::test
