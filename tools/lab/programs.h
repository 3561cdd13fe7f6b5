// Programs of the system that the tool calls.
#pragma once

#include <string>

namespace lab::tool {

/// The program's path, looked up in PATH; empty when it is not installed.
std::string find_program(const std::string& name);

/// The same. Errors: KitError that says which package to install.
std::string require_program(const std::string& name);

}  // namespace lab::tool
