#include "position.h"

#include <array>
#include <catch2/catch_test_case_info.hpp>
#include <string_view>

#include "observe.h"

namespace lab::observe {
namespace {

std::uint32_t run_seed = 0;

/// FNV-1a: the same in every program, unlike std::hash.
std::uint64_t stable_hash(std::string_view text, std::uint64_t hash = 14695981039346656037u) {
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211u;
    return hash;
}

}  // namespace

Position& position() {
    static Position here;
    return here;
}

void set_seed(std::uint32_t seed) { run_seed = seed; }

std::uint32_t seed() { return run_seed; }

Rng input_rng(unsigned stream) {
    const Position& here = position();
    const std::array<std::uint32_t, 3> numbers{run_seed, here.part, stream};
    const std::string_view bytes(reinterpret_cast<const char*>(numbers.data()), sizeof numbers);
    return Rng(stable_hash(bytes, stable_hash(here.test)));
}

std::string exact_pattern(const std::string& name) {
    std::string pattern;
    for (const char c : name) {
        if (std::string_view("\\,[]\"").find(c) != std::string_view::npos) pattern += '\\';
        pattern += c;
    }
    return pattern;
}

void PositionReporter::testCaseStarting(const Catch::TestCaseInfo& info) {
    position() = Position{info.name, 0, 0};
}

void PositionReporter::testCasePartialStarting(const Catch::TestCaseInfo&, std::uint64_t part) {
    position().part = static_cast<std::uint32_t>(part);
    position().ordinal = 0;
}

}  // namespace lab::observe
