// Runs the kit's own tests: a line for each, what failed in full, and "N passed, N failed" at the
// end.
//
//     ./lab test [NAME...]     all of them, or those whose name or tag matches (Catch2's patterns)
#include <fmt/format.h>
#include <unistd.h>

#include <catch2/catch_session.hpp>
#include <catch2/catch_test_case_info.hpp>
#include <catch2/interfaces/catch_interfaces_config.hpp>
#include <catch2/interfaces/catch_interfaces_reporter.hpp>
#include <catch2/reporters/catch_reporter_event_listener.hpp>
#include <catch2/reporters/catch_reporter_registrars.hpp>
#include <chrono>

#include "report.h"
#include "text.h"

namespace {

using namespace lab::tool;

class KitReporter : public Catch::EventListenerBase {
public:
    explicit KitReporter(Catch::ReporterConfig&& config) : EventListenerBase(config.fullConfig()) {}
    static std::string getDescription() { return "a line for each test of the kit"; }

    void testCaseStarting(const Catch::TestCaseInfo& info) override {
        start_ = std::chrono::steady_clock::now();
        failures_.clear();
        if (colour_ == Colour::ansi) fmt::print("… {}\r", info.name);
        std::fflush(stdout);
    }

    void assertionEnded(const Catch::AssertionStats& stats) override {
        const auto& result = stats.assertionResult;
        if (result.isOk()) return;
        failures_ += fmt::format("{}:{}: {}\n", result.getSourceInfo().file,
                                 result.getSourceInfo().line, result.getExpressionInMacro());
        if (result.hasExpandedExpression())
            failures_ += "  " + result.getExpandedExpression() + "\n";
        if (result.hasMessage()) {
            failures_ +=
                "  " + std::string(result.getMessage().data(), result.getMessage().size()) + "\n";
        }
        for (const auto& info : stats.infoMessages) failures_ += "  " + info.message + "\n";
    }

    void testCaseEnded(const Catch::TestCaseStats& stats) override {
        const double seconds =
            std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
        const bool good = stats.totals.testCases.failed == 0;
        fmt::print("{} {} {}\n{}", good ? green("✓", colour_) : red("✗", colour_),
                   stats.testInfo->name, dim(fmt::format("({:.1f} s)", seconds), colour_),
                   indented(printable(failures_)));
        std::fflush(stdout);
    }

    void testRunEnded(const Catch::TestRunStats& stats) override {
        const auto& tests = stats.totals.testCases;
        fmt::print("\n{} passed, {} failed\n", tests.passed, tests.failed);
    }

private:
    Colour colour_ = colour_of_standard_output();
    std::chrono::steady_clock::time_point start_;
    std::string failures_;
};
CATCH_REGISTER_REPORTER("kit", KitReporter)

}  // namespace

int main(int argc, char** argv) {
    Catch::Session session;
    session.configData().reporterSpecifications.push_back({"kit", {}, {}, {}});
    const int usage = session.applyCommandLine(argc, argv);
    return usage != 0 ? 2 : session.run();
}
