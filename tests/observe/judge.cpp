// The judge: replays a lesson's tests from transcripts, with LibTorch at hand. It runs no code of a
// student's.
//
//     judge --list       the tests as JSON: name, lesson's number or "integration", weight
//     judge              serves requests from standard input until it ends
//
// A request is u32 length, a JSON header of that length, then the transcripts' bytes one after
// another: {"lesson": "02", "first_seed": 1, "last_seed": 1, "runs": [{"test", "ending", "code",
// "seconds_allowed", "output_allowed", "bytes"}]}. The answer is u32 length and JSON: {"tests":
// [{"name", "verdict", "message", "diagnosis", "general", "comparison",
// "observations_asked", "observations_recorded"}]}, or {"error"}. A comparison is null or {"yours":
// {"rows", "cols", "values"}, "target": the same, "target_name"}. LibTorch is loaded once; each
// request is served by a fork.
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch_session.hpp>
#include <catch2/catch_test_case_info.hpp>
#include <catch2/reporters/catch_reporter_registrars.hpp>
#include <iostream>
#include <nlohmann/json.hpp>

#include "judgement.h"
#include "observe.h"
#include "position.h"
#include "reference.h"

namespace lab::observe {
namespace {

using nlohmann::json;

/// A judge that has not answered by then has lost its way.
constexpr unsigned seconds_for_one_request = 30;

/// Ends with the number of points' weight that stands in a tag such as [weight=2].
int weight_of(const Catch::TestCaseInfo& info) {
    constexpr std::string_view prefix = "weight=";
    for (const Catch::Tag& tag : info.tags) {
        const std::string text(tag.original.data(), tag.original.size());
        if (text.rfind(prefix, 0) == 0) return std::stoi(text.substr(prefix.size()));
    }
    return 1;
}

/// The first tag that says so: a lesson's two digits, or "integration".
std::string lesson_of(const Catch::TestCaseInfo& info) {
    for (const Catch::Tag& tag : info.tags) {
        const std::string text(tag.original.data(), tag.original.size());
        if (text.size() == 2 && std::isdigit(static_cast<unsigned char>(text[0]))) return text;
        if (text == "integration") return text;
    }
    return "";
}

class JudgeReporter : public PositionReporter {
public:
    using PositionReporter::PositionReporter;
    static std::string getDescription() { return "keeps what became of each test"; }

    void testCaseStarting(const Catch::TestCaseInfo& info) override {
        PositionReporter::testCaseStarting(info);
        auto& judgement = Judgement::current();
        judgement.results.push_back({info.name, {}, 0, 0});
        judgement.results.back().observations_recorded =
            judgement.run_of(info.name).transcript(judgement.seed_index).entries.size();
    }

    void assertionEnded(const Catch::AssertionStats& stats) override {
        auto& judgement = Judgement::current();
        std::optional<Failure> noted = judgement.take_note();
        if (stats.assertionResult.isOk()) return;
        if (!noted) {
            noted.emplace();
            noted->message = judgement.subject + "\nexpected " +
                             stats.assertionResult.getExpression() + ", got " +
                             stats.assertionResult.getExpandedExpression();
        }
        judgement.results.back().failures.push_back(std::move(*noted));
    }

    void testCaseEnded(const Catch::TestCaseStats&) override {
        auto& judgement = Judgement::current();
        TestResult& result = judgement.results.back();
        const Run& run = judgement.run_of(result.name);
        // All that was asked for was there, and right; but the program must also have ended well.
        const bool clean = run.ended_well(judgement.seed_index) &&
                           result.observations_asked == result.observations_recorded;
        if (result.failures.empty() && !clean) {
            Failure failure;
            failure.verdict = run.ending.kind == Ending::Kind::signalled   ? "crashed"
                              : run.ending.kind == Ending::Kind::timed_out ? "timed_out"
                                                                           : "ended_early";
            failure.message =
                "Your functions gave the right values, but the program did not come to its end "
                "after them.\nDoes one of them write outside of its own memory?";
            result.failures.push_back(std::move(failure));
        }
    }

    void listTests(const std::vector<Catch::TestCaseHandle>& tests) override {
        json list = json::array();
        for (const auto& test : tests) {
            const Catch::TestCaseInfo& info = test.getTestCaseInfo();
            list.push_back(
                {{"name", info.name}, {"lesson", lesson_of(info)}, {"weight", weight_of(info)}});
        }
        std::cout << list.dump(1) << '\n';
    }
};
CATCH_REGISTER_REPORTER("judge", JudgeReporter)

bool read_exactly(void* destination, std::size_t count) {
    auto* next = static_cast<char*>(destination);
    while (count > 0) {
        const ssize_t got = ::read(STDIN_FILENO, next, count);
        if (got <= 0) return false;
        next += got;
        count -= static_cast<std::size_t>(got);
    }
    return true;
}

void answer(const json& result) {
    // What a student's code returned as text may be any bytes.
    const std::string text = result.dump(-1, ' ', false, json::error_handler_t::replace);
    const auto length = static_cast<std::uint32_t>(text.size());
    std::string message(reinterpret_cast<const char*>(&length), sizeof length);
    message += text;
    std::size_t written = 0;
    while (written < message.size()) {
        const ssize_t count =
            ::write(STDOUT_FILENO, message.data() + written, message.size() - written);
        if (count <= 0) _exit(1);
        written += static_cast<std::size_t>(count);
    }
}

Ending ending_from(const json& run) {
    using Kind = Ending::Kind;
    static const std::map<std::string, Kind> kinds{
        {"exited", Kind::exited},
        {"signalled", Kind::signalled},
        {"timed_out", Kind::timed_out},
        {"too_much_output", Kind::too_much_output},
        {"too_long_transcript", Kind::too_long_transcript}};
    return {kinds.at(run.at("ending")), run.at("code"), run.at("seconds_allowed"),
            run.at("output_allowed")};
}

/// JSON has no NaN and no infinity: they become null.
json to_json(const Matrix& matrix) {
    json values = json::array();
    for (Index i = 0; i < matrix.size(); ++i) values.push_back(matrix.data()[i]);
    return {{"rows", matrix.rows()}, {"cols", matrix.cols()}, {"values", std::move(values)}};
}

/// Judges the seeds one after the other; the answer is that of the first with which a test fails,
/// or else of the last.
json serve(const json& request) {
    const std::uint64_t first_seed = request.at("first_seed"), last_seed = request.at("last_seed");
    Judgement& judgement = Judgement::current();
    Catch::Session session;
    for (std::uint64_t seed = first_seed; seed <= last_seed; ++seed) {
        judgement.seed_index = seed - first_seed;
        judgement.results.clear();
        set_seed(static_cast<std::uint32_t>(seed));
        Catch::ConfigData config;
        config.testsOrTags = {"[" + request.at("lesson").get<std::string>() + "]"};
        config.rngSeed = static_cast<std::uint32_t>(seed);
        config.reporterSpecifications.push_back({"judge", {}, {}, {}});
        config.allowZeroTests = true;
        session.useConfigData(config);
        session.run();
        const bool failed =
            std::any_of(judgement.results.begin(), judgement.results.end(),
                        [](const TestResult& result) { return !result.failures.empty(); });
        if (failed) break;
    }

    json tests = json::array();
    for (const TestResult& result : Judgement::current().results) {
        json test{{"name", result.name},
                  {"verdict", "passed"},
                  {"message", ""},
                  {"diagnosis", nullptr},
                  {"general", false},
                  {"comparison", nullptr},
                  {"observations_asked", result.observations_asked},
                  {"observations_recorded", result.observations_recorded}};
        if (const Failure* failure = result.shown()) {
            test["verdict"] = failure->verdict;
            test["message"] = failure->message;
            if (failure->diagnosis) test["diagnosis"] = *failure->diagnosis;
            test["general"] = failure->general;
            if (const auto& shown = failure->comparison) {
                test["comparison"] = {{"yours", to_json(shown->yours)},
                                      {"target", to_json(shown->target)},
                                      {"target_name", shown->target_name}};
            }
        }
        tests.push_back(std::move(test));
    }
    return {{"tests", std::move(tests)}};
}

int serve_requests() {
    reference::load();
    std::uint32_t length = 0;
    while (read_exactly(&length, sizeof length)) {
        std::string header(length, '\0');
        if (!read_exactly(header.data(), length)) return 2;
        const json request = json::parse(header);
        std::vector<Run> runs;
        for (const json& description : request.at("runs")) {
            Run& run = runs.emplace_back();
            run.test = description.at("test");
            run.ending = ending_from(description);
            run.bytes.resize(description.at("bytes").get<std::size_t>());
            if (!read_exactly(run.bytes.data(), run.bytes.size())) return 2;
        }

        const pid_t child = fork();
        if (child < 0) {
            answer({{"error", "the judge could not start a process of its own"}});
            continue;
        }
        if (child == 0) {
            alarm(seconds_for_one_request);
            const std::size_t seeds = request.at("last_seed").get<std::size_t>() -
                                      request.at("first_seed").get<std::size_t>() + 1;
            for (Run& run : runs) Judgement::current().add(std::move(run), seeds);
            answer(serve(request));
            _exit(0);
        }
        int status = 0;
        waitpid(child, &status, 0);
        if (status != 0) {
            answer({{"error", "the judge failed while it judged (wait status " +
                                  std::to_string(status) + ")"}});
        }
    }
    return 0;
}

int list_tests() {
    Catch::Session session;
    session.configData().listTests = true;
    session.configData().reporterSpecifications.push_back({"judge", {}, {}, {}});
    return session.run();
}

}  // namespace
}  // namespace lab::observe

int main(int argc, char** argv) {
    const std::string option = argc > 1 ? argv[1] : "";
    if (option == "--list") return lab::observe::list_tests();
    if (!option.empty()) {
        std::cerr << "usage: judge [--list]   (without --list it serves ./lab)\n";
        return 2;
    }
    return lab::observe::serve_requests();
}
