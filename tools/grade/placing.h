// Files put where a step finds them, and what both kinds of sandbox agree on.
#pragma once

#include <cstddef>
#include <filesystem>

#include "sandbox.h"

namespace lab::grade {

/// The current folder of every step.
constexpr const char* current_folder = "/current";
constexpr const char* enter_inside = "/enter";
/// For a compiler's own files. Not /tmp: the kit may lie there.
constexpr const char* scratch_folder = "/scratch";

/// Bytes that a compiling step may write into scratch_folder.
std::size_t room_of(const Step& step);

bool is_within(const std::filesystem::path& path, const std::filesystem::path& folder);

/// Whether every user may read the file or folder, and run it if its owner may.
bool all_may_read(const std::filesystem::path& path);

/// Puts the file, or the folder with all that is in it, at `to`, with the folders on the way. Every
/// user can read it there, and nobody but root can change it: root's own files are linked where
/// that is possible, others are copied. A copy is as old as the file: the compiler looks at that.
///
/// Errors: std::filesystem::filesystem_error.
void place(const std::filesystem::path& from, const std::filesystem::path& to);

}  // namespace lab::grade
