// A student's file in a lesson: its stub, and the copies that make every loss undone.
#pragma once

#include <filesystem>
#include <string>

#include "course.h"

namespace lab::tool {

/// Whether each of the lesson's functions is still to be written.
bool is_stub(const std::string& content, const Lesson& lesson);

/// The lesson's file as the kit gives it out, from the clone's history: the newest version in which
/// every function is still to be written. So it survives a student who commits.
///
/// Errors: KitError when git is missing, or knows no such version.
std::string stub_of(const Course& course, const Lesson& lesson);

/// Puts the stub in the place of the student's file. Returns where the file that was there is kept
/// (.lab/kept/…), or an empty path when there was none, or it was the stub.
std::filesystem::path reset_to_stub(const Course& course, const Lesson& lesson);

/// Keeps a copy of the file as it is graded, so that what an editor or git overwrites can be had
/// back from .lab/graded/. Does nothing when the copy is the same.
void keep_graded(const Course& course, const Lesson& lesson);

}  // namespace lab::tool
