// What ./lab's subcommands do. Each returns the exit code: 0 all passed, 1 not all passed; what is
// wrong with the call or the kit arrives as KitError, which main turns into 2.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "check.h"
#include "course.h"

namespace lab::tool {

struct CheckOptions {
    std::vector<std::string> lessons;  ///< numbers or names; empty: the current one
    bool all = false;
    std::string source;  ///< grade this file in place of the lesson's own
    std::string seeds = std::to_string(default_seed);  ///< "7", or "1..200"
    bool json = false;
    bool verbose = false;
};

/// Errors: KitError when it is no number from 0 to 4294967295.
std::uint32_t parse_seed(const std::string& word);

int check(const Course& course, const CheckOptions& options);

/// `lesson` empty: the current one. `function` empty: the first whose hints are not all shown.
int hint(const Course& course, const std::string& lesson, const std::string& function);

int list(const Course& course);
int progress(const Course& course);

/// Asks at a terminal, unless `yes`.
int reset(const Course& course, const std::string& lesson, bool yes);

int solution(const Course& course, const std::string& lesson, bool reveal);
int doctor(const Course& course);
int debug(const Course& course, const std::string& lesson, const std::string& source);

/// Shows where the student is, then grades on each save until the student quits. Without a terminal
/// it shows where the student is, and ends. `source` empty: the lesson's own file.
int start(const Course& course, const std::string& lesson, const std::string& source);

struct DemoOptions {
    std::string lesson;    ///< number or name; empty: the current one
    bool mine = false;     ///< with the student's own code
    std::string terminal;  ///< as gnuplot calls it; empty: a window, or else text and a file
    std::string out;       ///< the folder for files; empty: demos/ in the kit
    std::string seed = std::to_string(default_seed);
    std::string size = "1280x720";
};

/// Draws the lesson's figures. 1 when the student's own code fails, which is reported as check
/// does.
int demo(const Course& course, const DemoOptions& options);

/// Draws the failed test's comparison, which it has to have.
void show_beside(const Course& course, const Lesson& lesson, const TestResult& failure);

/// Measures what is promised of the kit's speed, and prints it.
int bench(const Course& course, bool cold_build);

}  // namespace lab::tool
