// lab_enter REQUEST: the last step into the sandbox. It is trusted, runs the programs that are not
// as its children, by the same means as ./lab check, and tells on descriptor 3 how they ended:
// enter_messages.h. An exit code other than 0 means that the sandbox itself failed.
//
// It is linked statically: in the sandbox there is nothing else.
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <exception>
#include <stdexcept>

#include "enter_messages.h"

namespace {

using namespace lab;

void write_all(const observe::Bytes& bytes) {
    std::size_t written = 0;
    while (written < bytes.size()) {
        const ssize_t count =
            write(observe::transcript_descriptor, bytes.data() + written, bytes.size() - written);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) throw std::runtime_error("nobody listens on descriptor 3");
        written += static_cast<std::size_t>(count);
    }
}

void enter(const char* argument) {
    grade::EnterRequest request = grade::from_argument(argument);
    if (!request.root.empty() && (chroot(request.root.c_str()) != 0 || chdir("/") != 0)) {
        throw std::runtime_error(request.root + ": " + std::strerror(errno));
    }
    // No program that is the same user must look into this one.
    prctl(PR_SET_DUMPABLE, 0);
    umask(022);
    unsetenv("PWD");  // bubblewrap sets it
    for (tool::Command& command : request.commands) {
        command.environment = tool::inherited_environment();
    }
    write_all(grade::to_bytes(tool::run_all(request.commands, request.at_once)));
}

}  // namespace

int main(int count, char** arguments) {
    try {
        if (count != 2) throw std::runtime_error("usage: lab_enter REQUEST");
        enter(arguments[1]);
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "lab_enter: %s\n", error.what());
        return 2;
    }
}
