// How bubblewrap is called, so that a step sees what it needs and nothing else.
#pragma once

#include <filesystem>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "compiler_files.h"
#include "sandbox.h"

namespace lab::grade {

class Bubblewrap {
public:
    /// `program` is bwrap. `folder` is for a tree of what the compiler needs, and for copies of
    /// what cannot be shown as it is.
    Bubblewrap(std::string program, const CompilerFiles& compiler, std::filesystem::path folder);

    /// bwrap and all its options; the program to run in there follows.
    std::vector<std::string> arguments(const Step& step, const std::filesystem::path& enter);

private:
    std::filesystem::path readable(const std::filesystem::path& path);
    std::filesystem::path in_tree(const std::filesystem::path& path) const;
    bool in_a_shown_folder(const std::filesystem::path& path) const;
    void make_place(const std::filesystem::path& from, const std::filesystem::path& inside);

    std::string program_;
    std::filesystem::path folder_;
    std::set<std::filesystem::path> shown_;  ///< folders that compiling steps see, of the tree
    std::vector<Link> links_;                ///< in the root
    std::mutex mutex_;
    std::map<std::filesystem::path, std::filesystem::path> copies_;
};

}  // namespace lab::grade
