// A program at a terminal: what it shows is read as a user sees it, what a user types is sent to
// it.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

namespace lab::tool {

class Terminal {
public:
    /// Starts the program in `folder`; empty: the caller's. Errors: KitError when there is no
    /// terminal.
    Terminal(const std::vector<std::string>& arguments, const std::filesystem::path& folder);
    ~Terminal();
    Terminal(const Terminal&) = delete;
    Terminal& operator=(const Terminal&) = delete;

    void type(const std::string& keys);

    /// Reads until the text that came since the last `forget` holds `wanted`; false after
    /// `seconds`.
    bool shows(const std::string& wanted, double seconds = 60);

    /// All that came since the last `forget`.
    const std::string& text() const { return text_; }
    void forget() { text_.clear(); }

    /// The exit code, once the program has ended; -1 when it has not within `seconds`, or by a
    /// signal.
    int exit_code(double seconds = 20);

private:
    bool read_more(double seconds);

    pid_t process_ = -1;
    int descriptor_ = -1;
    std::string text_;
};

}  // namespace lab::tool
