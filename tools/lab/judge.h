// The judge's process, from the tool's side: started once, asked for each check.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "lab.h"
#include "process.h"

namespace lab::tool {

/// One recorder's run, as the judge is to see it.
struct RecordedTest {
    std::string test;
    Limits limits;
    Ended ended;
};

/// What a picture can show of a failed test: the student's matrix beside the right one.
struct Comparison {
    Matrix yours, target;
    std::string target_name;  ///< "LibTorch"
};

/// What the judge says of one test.
struct JudgedTest {
    std::string name;
    std::string verdict;
    std::string message;
    std::optional<std::string> diagnosis;
    bool general = false;  ///< the diagnosis says what is wrong, not why
    std::optional<Comparison> comparison;
    std::size_t observations_asked = 0;
    std::size_t observations_recorded = 0;
};

class Judge {
public:
    /// Starts the judge; it loads LibTorch while its caller compiles. Ignores SIGPIPE from then on.
    explicit Judge(const std::filesystem::path& build);
    ~Judge();
    Judge(const Judge&) = delete;
    Judge& operator=(const Judge&) = delete;

    /// Judges one lesson's tests, recorded with each of the seeds; the verdicts are those of the
    /// first seed with which a test fails, or else of the last. Errors: KitError when the judge has
    /// died or does not answer within a minute; the next call starts it anew.
    std::vector<JudgedTest> judge(const std::string& lesson_number, std::uint32_t first_seed,
                                  std::uint32_t last_seed, const std::vector<RecordedTest>& tests);

    /// The judge's peak memory so far, in kB; 0 when it cannot be told.
    long peak_kilobytes() const;

private:
    void start();
    void stop();
    void send(const std::string& bytes);
    std::string receive(std::size_t count);

    std::filesystem::path program_;
    pid_t process_ = -1;
    int to_ = -1;
    int from_ = -1;
};

}  // namespace lab::tool
