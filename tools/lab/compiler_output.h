// Says in a few lines what a compiler says in a few pages.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "course.h"
#include "process.h"

namespace lab::tool {

/// The first errors with the student's own file and line first, without the inside of templates.
std::string explain_compile_error(const Ended& compiler, const std::filesystem::path& source);

/// The warnings for the student's own lines, one line each.
std::string explain_warnings(const std::string& compiler_output,
                             const std::filesystem::path& source);

/// What the file lacks (a function, or one with the contract's parameters) or has too much (main).
std::string explain_link_error(const Ended& linker, const std::filesystem::path& source,
                               const Lesson& lesson);

/// Why files that compile cannot be linked into one program: most often two of them define one
/// helper. `objects` are what the compiler made of the lessons' files.
std::string explain_clash(const Ended& linker, const std::vector<const Lesson*>& lessons,
                          const std::vector<std::filesystem::path>& objects);

/// What is wrong with the file itself: deleted, empty, not text. Empty when it can be compiled.
std::string explain_unusable_file(const std::filesystem::path& source);

/// What is worth a word, though the file compiles: Windows line ends.
std::string remark_on_file(const std::filesystem::path& source);

}  // namespace lab::tool
