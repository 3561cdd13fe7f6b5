#include "process.h"

#include <elf.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <linux/capability.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <optional>
#include <utility>

#include "confine.h"
#include "error.h"

extern char** environ;

namespace lab::tool {
namespace {

using Clock = std::chrono::steady_clock;

/// Where a recorder finds its transcript; the same number stands in tests/observe/transcript.h.
constexpr int transcript_descriptor = 3;

std::atomic<bool> interruption = false;

void limit(int resource, rlim_t value) {
    const rlimit both{value, value};
    setrlimit(static_cast<__rlimit_resource>(resource), &both);
}

/// A descriptor that closes itself.
class Descriptor {
public:
    Descriptor() = default;
    explicit Descriptor(int number) : number_(number) {}
    Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        std::swap(number_, other.number_);
        return *this;
    }
    ~Descriptor() { close(); }

    void close() {
        if (number_ >= 0) ::close(std::exchange(number_, -1));
    }
    int number() const { return number_; }
    bool open() const { return number_ >= 0; }

private:
    int number_ = -1;
};

struct Pipe {
    Descriptor read;
    Descriptor write;
};

Pipe make_pipe() {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) {
        throw KitError(fmt::format("no pipe to be had: {}", std::strerror(errno)));
    }
    return {Descriptor(ends[0]), Descriptor(ends[1])};
}

/// One program that runs.
struct Running {
    std::size_t index = 0;
    pid_t process = -1;
    Descriptor handle;  ///< readable once the process has ended
    Descriptor output;
    Descriptor transcript;
    Clock::time_point start;
    Clock::time_point deadline;
    std::optional<Ended::Kind> stopped_for;
};

std::vector<char*> pointers(const std::vector<std::string>& texts) {
    std::vector<char*> result;
    for (const std::string& text : texts) result.push_back(const_cast<char*>(text.c_str()));
    result.push_back(nullptr);
    return result;
}

/// How much address space the program's own segments take. A program that does not fit is killed by
/// the kernel while it starts, which looks like a crash. 0: not a program that can be read.
rlim_t size_in_memory(const char* path) {
    const Descriptor file(open(path, O_RDONLY | O_CLOEXEC));
    Elf64_Ehdr header{};
    rlim_t size = 0;
    if (pread(file.number(), &header, sizeof header, 0) == sizeof header &&
        std::memcmp(header.e_ident, ELFMAG, SELFMAG) == 0) {
        for (unsigned i = 0; i < header.e_phnum; ++i) {
            Elf64_Phdr segment{};
            const auto at = static_cast<off_t>(header.e_phoff + i * sizeof segment);
            if (pread(file.number(), &segment, sizeof segment, at) != sizeof segment) break;
            if (segment.p_type == PT_LOAD) size += segment.p_memsz;
        }
    }
    return size;
}

bool fits(const char* program, std::size_t memory_bytes) {
    constexpr rlim_t stack = 8u << 20;
    return memory_bytes == 0 || size_in_memory(program) + stack <= memory_bytes;
}

/// Becomes a user without any right beyond its own, for good.
bool become_user(uid_t user, gid_t group) {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    const std::array<__user_cap_data_struct, 2> none{};
    return setgroups(0, nullptr) == 0 && setresgid(group, group, group) == 0 &&
           setresuid(user, user, user) == 0 && syscall(SYS_capset, &header, none.data()) == 0 &&
           prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           prctl(PR_SET_PDEATHSIG, SIGKILL) == 0;  // becoming another user takes this back
}

/// Ends the child, which could not become the program; says why in `trouble`.
[[noreturn]] void give_up(int trouble) {
    const int error = errno;
    _exit(write(trouble, &error, sizeof error) == sizeof error ? 127 : 126);
}

struct Ends {
    int output, transcript, trouble;
};

[[noreturn]] void become(const Command& command, char* const* arguments, char* const* environment,
                         const Ends& ends, bool confinement_is_there) {
    const Limits& limits = command.limits;
    setsid();
    prctl(PR_SET_PDEATHSIG, SIGKILL);  // the parent is a thread: it stays in run_all
    const int nothing = open("/dev/null", O_RDONLY);
    // Out of the way of the numbers they are to get.
    const int safe_output = fcntl(ends.output, F_DUPFD, 10);
    const int safe_transcript = ends.transcript >= 0 ? fcntl(ends.transcript, F_DUPFD, 10) : -1;
    const int trouble = fcntl(ends.trouble, F_DUPFD, 10);
    if (nothing < 0 || safe_output < 0 || trouble < 0) give_up(ends.trouble);
    dup2(nothing, STDIN_FILENO);
    dup2(safe_output, STDOUT_FILENO);
    dup2(safe_output, STDERR_FILENO);
    if (safe_transcript >= 0) dup2(safe_transcript, transcript_descriptor);
    // Until the program begins: `trouble` is read until then.
    close_range(safe_transcript >= 0 ? transcript_descriptor + 1 : STDERR_FILENO + 1, ~0u,
                CLOSE_RANGE_CLOEXEC);

    limit(RLIMIT_CORE, 0);
    if (limits.cpu_seconds > 0) {
        const rlimit cpu{static_cast<rlim_t>(limits.cpu_seconds),
                         static_cast<rlim_t>(limits.cpu_seconds) + 1};
        setrlimit(RLIMIT_CPU, &cpu);
    }
    if (limits.file_bytes > 0) limit(RLIMIT_FSIZE, limits.file_bytes);

    for (int signal = 1; signal < NSIG; ++signal) std::signal(signal, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);

    if (!command.directory.empty() && chdir(command.directory.c_str()) != 0) give_up(trouble);
    if (command.user != 0 && !become_user(command.user, command.group)) give_up(trouble);
    if (limits.processes > 0) limit(RLIMIT_NPROC, limits.processes);
    if (!fits(arguments[0], limits.memory_bytes)) {
        errno = ENOMEM;
        give_up(trouble);
    }
    if (limits.memory_bytes > 0) limit(RLIMIT_AS, limits.memory_bytes);
    if (limits.confined) {
        if (confinement_is_there) {
            if (!confine()) give_up(trouble);
        } else {
            limit(RLIMIT_NPROC, 0);  // no help against root, and no threads either
        }
    }
    execve(arguments[0], arguments, environment);
    // A program that names a loader that is not there.
    if (errno == ENOENT && access(arguments[0], F_OK) == 0) errno = ENOEXEC;
    give_up(trouble);
}

/// How a program ended that did not begin. Errors: KitError when that is not the program's fault.
Ended ended_at_start(const std::string& program, int error) {
    Ended ended;
    if (error == ENOMEM) {
        ended.kind = Ended::Kind::signalled;
        ended.code = SIGKILL;
        ended.out_of_memory = true;
    } else if (error == ENOEXEC) {
        ended.code = 127;
    } else {
        throw KitError(fmt::format("{} could not be started: {}", program, std::strerror(error)));
    }
    return ended;
}

/// None: it has ended already, as `ended` tells.
std::optional<Running> start(const Command& command, std::size_t index, Ended& ended) {
    Pipe output = make_pipe();
    Pipe trouble = make_pipe();
    Pipe transcript;
    if (command.limits.transcript_bytes > 0) transcript = make_pipe();

    Running running;
    running.index = index;
    running.start = Clock::now();
    running.deadline =
        running.start + std::chrono::duration_cast<Clock::duration>(
                            std::chrono::duration<double>(command.limits.wall_seconds));
    const bool confinement_is_there = command.limits.confined && confinement_works();
    const std::vector<char*> arguments = pointers(command.arguments);
    const std::vector<char*> environment = pointers(command.environment);
    running.process = fork();
    if (running.process < 0) {
        throw KitError(fmt::format("no process to be had: {}", std::strerror(errno)));
    }
    if (running.process == 0) {
        become(command, arguments.data(), environment.data(),
               {output.write.number(), transcript.write.number(), trouble.write.number()},
               confinement_is_there);
    }
    trouble.write.close();
    int error = 0;
    ssize_t told = 0;
    do told = read(trouble.read.number(), &error, sizeof error);
    while (told < 0 && errno == EINTR);
    if (told == sizeof error) {
        waitpid(running.process, nullptr, 0);
        ended = ended_at_start(command.arguments[0], error);
        return std::nullopt;
    }

    running.handle = Descriptor(static_cast<int>(syscall(SYS_pidfd_open, running.process, 0)));
    running.output = std::move(output.read);
    running.transcript = std::move(transcript.read);
    for (const Descriptor* end : {&running.output, &running.transcript}) {
        if (end->open()) fcntl(end->number(), F_SETFL, O_NONBLOCK);
    }
    return running;
}

void stop(Running& running, Ended::Kind why) {
    if (!running.stopped_for) running.stopped_for = why;
    kill(-running.process, SIGKILL);
    kill(running.process, SIGKILL);
}

/// Ends what is left of the process's group: a compiler starts others. Waits for those that are
/// this process's children: the process itself, and, for a subreaper, whatever lost its parent.
void end_group(pid_t process) {
    kill(-process, SIGKILL);
    while (waitpid(-process, nullptr, 0) > 0 || errno == EINTR) {}
}

void stop_all(std::vector<Running>& running) {
    for (Running& one : running) {
        stop(one, Ended::Kind::timed_out);
        waitpid(one.process, nullptr, 0);
        end_group(one.process);
    }
}

/// Takes what there is to read; closes the descriptor at its end.
template <typename Take>
void drain(Descriptor& from, Take take) {
    std::array<char, 1 << 16> buffer;
    while (from.open()) {
        const ssize_t count = read(from.number(), buffer.data(), buffer.size());
        if (count > 0) {
            if (!take(buffer.data(), static_cast<std::size_t>(count))) return;
        } else if (count == 0) {
            from.close();
        } else if (errno != EINTR) {
            return;
        }
    }
}

void collect(Running& running, const Limits& limits, Ended& ended) {
    drain(running.output, [&](const char* data, std::size_t count) {
        ended.output_total += count;
        const std::size_t room =
            limits.output_kept - std::min(limits.output_kept, ended.output.size());
        ended.output.append(data, std::min(count, room));
        if (ended.output_total <= limits.output_bytes) return true;
        stop(running, Ended::Kind::too_much_output);
        return false;
    });
    drain(running.transcript, [&](const char* data, std::size_t count) {
        const auto* bytes = reinterpret_cast<const std::byte*>(data);
        ended.transcript.insert(ended.transcript.end(), bytes, bytes + count);
        if (ended.transcript.size() <= limits.transcript_bytes) return true;
        stop(running, Ended::Kind::too_long_transcript);
        return false;
    });
}

/// True when the process has ended; then `ended` says how.
bool reap(Running& running, const Limits& limits, Ended& ended) {
    int status = 0;
    rusage usage{};
    const pid_t got = wait4(running.process, &status, WNOHANG, &usage);
    if (got == 0) return false;
    end_group(running.process);
    if (!running.stopped_for) collect(running, limits, ended);

    ended.seconds = std::chrono::duration<double>(Clock::now() - running.start).count();
    ended.peak_kilobytes = usage.ru_maxrss;
    const double cpu = static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
                       1e-6 * static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
    const bool cpu_spent = limits.cpu_seconds > 0 && cpu >= limits.cpu_seconds - 0.1;
    if (running.stopped_for) {
        ended.kind = *running.stopped_for;
    } else if (WIFEXITED(status)) {
        ended.kind = Ended::Kind::exited;
        ended.code = WEXITSTATUS(status);
    } else {
        ended.kind = Ended::Kind::signalled;
        ended.code = WTERMSIG(status);
        if (ended.code == SIGXCPU || (ended.code == SIGKILL && cpu_spent)) {
            ended.kind = Ended::Kind::timed_out;
        }
        const bool not_caught =
            ended.code == SIGABRT && ended.output.find("std::bad_alloc") != std::string::npos;
        const bool used_up =
            limits.memory_bytes > 0 &&
            static_cast<std::size_t>(usage.ru_maxrss) * 1024 >= limits.memory_bytes / 10 * 9;
        ended.out_of_memory = ended.kind == Ended::Kind::signalled && (not_caught || used_up);
    }
    return true;
}

}  // namespace

std::vector<Ended> run_all(const std::vector<Command>& commands, std::size_t jobs) {
    std::vector<Ended> results(commands.size());
    std::vector<Running> running;
    std::size_t next = 0;
    while (next < commands.size() || !running.empty()) {
        while (next < commands.size() && running.size() < std::max<std::size_t>(jobs, 1)) {
            try {
                std::optional<Running> one = start(commands[next], next, results[next]);
                if (one) running.push_back(std::move(*one));
            } catch (const KitError&) {
                stop_all(running);
                throw;
            }
            ++next;
        }

        if (running.empty()) continue;
        std::vector<pollfd> waiting;
        int milliseconds = 1000;
        for (const Running& one : running) {
            for (const Descriptor* end : {&one.handle, &one.output, &one.transcript}) {
                waiting.push_back({end->number(), POLLIN, 0});
            }
            const auto left =
                std::chrono::duration_cast<std::chrono::milliseconds>(one.deadline - Clock::now());
            milliseconds = std::clamp(static_cast<int>(left.count()) + 1, 0, milliseconds);
            // Without a handle (an old kernel) the end of a process is looked for.
            if (!one.handle.open()) milliseconds = std::min(milliseconds, 5);
        }
        poll(waiting.data(), waiting.size(), milliseconds);

        if (interrupted()) {
            stop_all(running);
            throw Interrupted{};
        }
        for (Running& one : running) {
            const Limits& limits = commands[one.index].limits;
            Ended& result = results[one.index];
            const std::size_t before = result.transcript.size();
            if (!one.stopped_for) collect(one, limits, result);
            if (const auto& tell = commands[one.index].on_transcript;
                tell && result.transcript.size() > before) {
                tell(result.transcript);
            }
            if (Clock::now() >= one.deadline) stop(one, Ended::Kind::timed_out);
        }
        std::erase_if(running, [&](Running& one) {
            return reap(one, commands[one.index].limits, results[one.index]);
        });
    }
    return results;
}

Ended run(const Command& command) { return std::move(run_all({command}, 1).front()); }

void catch_interruptions() {
    struct sigaction action {};
    action.sa_handler = [](int) { interruption = true; };
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaction(signal, &action, nullptr);
}

bool interrupted() { return interruption; }

std::vector<std::string> inherited_environment() {
    std::vector<std::string> result;
    for (char** entry = environ; *entry; ++entry) result.emplace_back(*entry);
    return result;
}

bool confinement_works() {
    static const bool works = [] {
        const pid_t child = fork();
        if (child == 0) _exit(confine() ? 0 : 1);
        int status = 1;
        if (child > 0) waitpid(child, &status, 0);
        return status == 0;
    }();
    return works;
}

}  // namespace lab::tool
