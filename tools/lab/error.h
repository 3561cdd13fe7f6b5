#pragma once

#include <stdexcept>

namespace lab::tool {

/// Something that is not the student's fault: the kit, the machine or the way it was called. The
/// message says what happened, in which file, and what to type next. ./lab ends with exit code 2.
struct KitError : std::runtime_error {
    using std::runtime_error::runtime_error;
};

}  // namespace lab::tool
