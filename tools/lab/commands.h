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

/// Measures what is promised of the kit's speed, and prints it.
int bench(const Course& course, bool cold_build);

}  // namespace lab::tool
