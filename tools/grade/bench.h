// ./lab bench grade: what is promised of grading's speed, measured.
#pragma once

#include <cstddef>

#include "course.h"

namespace lab::grade {

/// Makes a class of synthetic submissions from the lessons' solutions, mistakes and alternatives,
/// by a seeded generator, and prints, as ratios within this run: grading it with two jobs against
/// compiling its files alone; memory for a tenth of the class and for all of it; grading against
/// configuring, building and running ctest afresh for a submission.
///
/// Errors: KitError when one of the commands fails.
int bench(const tool::Course& course, std::size_t students);

}  // namespace lab::grade
