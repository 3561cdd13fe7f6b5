// A student's results as Markdown, to be mailed or uploaded.
#pragma once

#include <string>

#include "site_handout.h"

namespace lab::grade {

/// The whole text. What students wrote stands in code blocks and code spans alone, so that it forms
/// no link, picture, heading or HTML.
std::string feedback(const Handout& student);

}  // namespace lab::grade
