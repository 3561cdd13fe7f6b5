#include "terminal.h"

#include <poll.h>
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>

#include "error.h"

namespace lab::tool {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

}  // namespace

Terminal::Terminal(const std::vector<std::string>& arguments, const std::filesystem::path& folder) {
    winsize size{40, 120, 0, 0};
    process_ = forkpty(&descriptor_, nullptr, nullptr, &size);
    if (process_ < 0) throw KitError("no terminal to be had");
    if (process_ == 0) {
        if (!folder.empty() && chdir(folder.c_str()) != 0) _exit(127);
        setenv("TERM", "xterm-256color", 1);
        std::vector<char*> pointers;
        for (const std::string& argument : arguments) {
            pointers.push_back(const_cast<char*>(argument.c_str()));
        }
        pointers.push_back(nullptr);
        execv(pointers[0], pointers.data());
        _exit(127);
    }
}

Terminal::~Terminal() {
    if (process_ > 0) {
        kill(process_, SIGKILL);
        waitpid(process_, nullptr, 0);
    }
    close(descriptor_);
}

void Terminal::type(const std::string& keys) {
    if (write(descriptor_, keys.data(), keys.size()) < 0)
        throw KitError("the program at the terminal takes no keys");
}

bool Terminal::read_more(double seconds) {
    pollfd ready{descriptor_, POLLIN, 0};
    if (poll(&ready, 1, static_cast<int>(seconds * 1000)) != 1) return false;
    std::array<char, 4096> buffer{};
    const ssize_t count = read(descriptor_, buffer.data(), buffer.size());
    if (count <= 0) return false;
    text_.append(buffer.data(), static_cast<std::size_t>(count));
    return true;
}

bool Terminal::shows(const std::string& wanted, double seconds) {
    const auto start = Clock::now();
    while (text_.find(wanted) == std::string::npos) {
        const double left = seconds - seconds_since(start);
        if (left <= 0 || !read_more(left)) return text_.find(wanted) != std::string::npos;
    }
    return true;
}

int Terminal::exit_code(double seconds) {
    const auto start = Clock::now();
    int status = 0;
    while (waitpid(process_, &status, WNOHANG) == 0) {
        if (seconds_since(start) > seconds) return -1;
        read_more(0.05);
    }
    process_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace lab::tool
