#include "position.h"

#include <catch2/catch_test_case_info.hpp>
#include <string_view>

#include "observe.h"

namespace lab::observe {
namespace {

std::uint32_t run_seed = 0;

/// FNV-1a: the same in every program, unlike std::hash.
std::uint32_t stable_hash(const std::string& text) {
    std::uint32_t hash = 2166136261u;
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619u;
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
    std::seed_seq sequence{run_seed, stable_hash(here.test), here.part, stream};
    return Rng(sequence);
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
