// What can be asked of a random mask without knowing its random stream.
//
// Each function fails the running test when the masks lack the property; where the way in which
// they lack it is that of a known mistake, the failure carries the mistake's name. Statistical
// bounds come from statistics.h: a right mask breaks one less than once in 10⁹ runs.
#pragma once

#include <utility>
#include <vector>

#include "judging.h"

namespace lab::test {

/// A large mask for what needs many entries, and many small ones drawn after it with the same rng.
using Sample = std::pair<Matrix, std::vector<Matrix>>;

/// The mask is (rows, cols); ends the judging block when it is not.
void expect_shape(const Matrix& mask, Index rows, Index cols);

/// Every entry is 0 or 1.
void expect_zeros_and_ones(const Matrix& mask, double p);

/// The number of kept units is what probability 1 - p allows, in the whole large mask, in each of
/// its rows and in each of its columns.
void expect_rate(const Sample& sample, double p);

/// The same for the whole of a mask that was drawn after another call with `earlier_p`.
void expect_rate_after(const Matrix& mask, double p, double earlier_p);

/// Every entry is 1 (p = 0) or 0 (p = 1).
void expect_constant(const Matrix& mask, double p);

/// In the large mask no two rows, no two columns and no two neighbours agree more or less often
/// than independent coins do.
void expect_independent_entries(const Sample& sample, double p);

/// Masks of one small shape, drawn one after another: each unit is kept at the right rate, and
/// independently of the other units and of the calls before.
void expect_independent_calls(const std::vector<Matrix>& masks, double p);

/// The number of kept units varies over masks, rows and columns as a binomial count does.
void expect_counts_vary(const std::vector<Matrix>& masks, double p);

/// `first` and `same` come from equal states of rng, `next` from the call after `first` with the
/// same rng, `other` from another state.
void expect_chance_from_rng(const Matrix& first, const Matrix& same, const Matrix& next,
                            const Matrix& other);

}  // namespace lab::test
