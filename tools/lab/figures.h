// Computes a lesson's figures in a confined process, with a progress bar.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "demo.h"

namespace lab::tool {

struct Computed {
    std::optional<std::vector<demo::Figure>> figures;
    std::string problem;  ///< what the program did instead: "crashed (…)"
};

/// Runs a program of build_demo's. `data` is the kit's folder data/.
Computed compute_figures(const std::filesystem::path& program, const std::filesystem::path& data,
                         std::uint32_t seed);

}  // namespace lab::tool
