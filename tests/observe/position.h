// Where a program stands in a test: what recorder and judge number their observations by.
#pragma once

#include <cstdint>
#include <string>

#include <catch2/interfaces/catch_interfaces_reporter.hpp>
#include <catch2/reporters/catch_reporter_event_listener.hpp>

namespace lab::observe {

struct Position {
    std::string test;
    std::uint32_t part = 0;
    std::uint32_t ordinal = 0;
};

/// The position in the test that runs now.
Position& position();

/// The run's seed; set once by main.
void set_seed(std::uint32_t seed);

/// A test's name as a pattern for Catch2 that matches this name alone.
std::string exact_pattern(const std::string& name);

/// Follows Catch2 through the parts of a test case. Prints nothing: neither program has anything
/// to say on its own standard output.
class PositionReporter : public Catch::EventListenerBase {
public:
    explicit PositionReporter(Catch::ReporterConfig&& config)
        : EventListenerBase(config.fullConfig()) {}

    void testCaseStarting(const Catch::TestCaseInfo& info) override;
    void testCasePartialStarting(const Catch::TestCaseInfo& info, std::uint64_t part) override;
};

}  // namespace lab::observe
