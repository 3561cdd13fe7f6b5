// Programs of the system that the tool calls.
#pragma once

#include <string>

namespace lab::tool {

/// The program's path, looked up in PATH; empty when it is not installed.
std::string find_program(const std::string& name);

/// The same. Errors: KitError that says which package to install; it is named like the program
/// where `package` is empty.
std::string require_program(const std::string& name, const std::string& package = "");

}  // namespace lab::tool
