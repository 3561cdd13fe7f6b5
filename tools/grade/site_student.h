// One student's page.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "site_handout.h"

namespace lab::grade {

/// The file with the picture of a failed test; empty: it could not be drawn.
using PictureOf = std::function<std::filesystem::path(const TestRow&)>;

/// The whole page. It needs no other file, so that it can be mailed or uploaded as it is.
std::string student_page(const Handout& student, const PictureOf& picture_of);

}  // namespace lab::grade
