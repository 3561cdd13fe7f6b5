// The clone's history.
#pragma once

#include <string>
#include <vector>

#include "course.h"
#include "process.h"

namespace lab::tool {

/// Runs git in the clone. Errors: KitError when git is not installed.
Ended git(const Course& course, const std::vector<std::string>& arguments);

/// git's name of the kit's version, with a "+" when the kit, except for the students' files, was
/// changed since; "unknown" without git or history.
std::string kit_version(const Course& course);

}  // namespace lab::tool
