// What the grader and lab_enter, which is inside the sandbox, say to each other: which programs to
// run, as one argument; and how they ended, on descriptor 3, which no program gets.
#pragma once

#include <string>
#include <vector>

#include "process.h"
#include "transcript.h"

namespace lab::grade {

struct EnterRequest {
    std::string root;  ///< a folder to make the root; empty: stays
    std::size_t at_once = 1;
    std::vector<tool::Command> commands;
};

/// As JSON. The commands' environment is lab_enter's own.
std::string to_argument(const EnterRequest& request);

/// Errors: nlohmann::json::exception.
EnterRequest from_argument(const std::string& argument);

observe::Bytes to_bytes(const std::vector<tool::Ended>& results);

/// Empty when the bytes are not `count` results.
std::vector<tool::Ended> from_bytes(observe::ByteView bytes, std::size_t count);

}  // namespace lab::grade
