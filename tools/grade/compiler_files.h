// What a compiler needs of this machine: found by asking it, and nothing more.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "toolchain.h"

namespace lab::grade {

/// A symbolic link on the way to something that is needed.
struct Link {
    std::filesystem::path path;
    std::filesystem::path target;
};

struct CompilerFiles {
    // All without symbolic links on the way.
    std::vector<std::filesystem::path> files;    ///< and folders, needed as a whole
    std::vector<std::filesystem::path> headers;  ///< small files, many of them in one folder
    std::vector<Link> links;
    std::string search_path;  ///< PATH, for the programs that the compiler starts by name
};

/// The compiler, the linker, their libraries, the C and C++ headers, Eigen, the precompiled header,
/// the lessons' headers and what a static program is linked with.
///
/// Errors: KitError when the compiler does not answer.
CompilerFiles files_of_compiler(const tool::Toolchain& toolchain);

}  // namespace lab::grade
