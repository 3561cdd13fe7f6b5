#include "process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <memory>
#include <optional>
#include <utility>

#include "error.h"

extern char** environ;

namespace lab::tool {
namespace {

using Clock = std::chrono::steady_clock;

/// Where a recorder finds its transcript; the same number stands in tests/observe/transcript.h.
constexpr int transcript_descriptor = 3;

volatile std::sig_atomic_t interruption = 0;

void limit(int resource, rlim_t value) {
    const rlimit both{value, value};
    setrlimit(static_cast<__rlimit_resource>(resource), &both);
}

/// Gives up what a lesson never needs: new processes, other processes' attention, the network, and
/// the removal or renaming of files. What is refused fails with EPERM; the program goes on. Threads
/// are allowed.
bool confine() {
    const std::unique_ptr<void, decltype(&seccomp_release)> filter(seccomp_init(SCMP_ACT_ALLOW),
                                                                   &seccomp_release);
    if (!filter) return false;
    bool good = true;
    const auto refuse = [&](int call) {
        good = seccomp_rule_add(filter.get(), SCMP_ACT_ERRNO(EPERM), call, 0) == 0 && good;
    };
    for (const int call : {SCMP_SYS(fork),
                           SCMP_SYS(vfork),
                           SCMP_SYS(ptrace),
                           SCMP_SYS(process_vm_readv),
                           SCMP_SYS(process_vm_writev),
                           SCMP_SYS(socket),
                           SCMP_SYS(setsid),
                           SCMP_SYS(setpgid),
                           SCMP_SYS(pidfd_open),
                           SCMP_SYS(pidfd_send_signal),
                           SCMP_SYS(rt_sigqueueinfo),
                           SCMP_SYS(rt_tgsigqueueinfo),
                           SCMP_SYS(tkill),
                           SCMP_SYS(unshare),
                           SCMP_SYS(setns),
                           SCMP_SYS(mount),
                           SCMP_SYS(umount2),
                           SCMP_SYS(chroot),
                           SCMP_SYS(bpf),
                           SCMP_SYS(io_uring_setup),
                           SCMP_SYS(unlink),
                           SCMP_SYS(unlinkat),
                           SCMP_SYS(rmdir),
                           SCMP_SYS(rename),
                           SCMP_SYS(renameat),
                           SCMP_SYS(renameat2),
                           SCMP_SYS(truncate),
                           SCMP_SYS(chmod),
                           SCMP_SYS(fchmod),
                           SCMP_SYS(fchmodat),
                           SCMP_SYS(chown),
                           SCMP_SYS(fchown),
                           SCMP_SYS(lchown),
                           SCMP_SYS(fchownat),
                           SCMP_SYS(setpriority),
                           SCMP_SYS(reboot),
                           SCMP_SYS(settimeofday),
                           SCMP_SYS(clock_settime)}) {
        refuse(call);
    }
    // glibc falls back to clone, whose flags can be seen.
    good = seccomp_rule_add(filter.get(), SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0) == 0 && good;
    good = seccomp_rule_add(filter.get(), SCMP_ACT_ERRNO(EPERM), SCMP_SYS(clone), 1,
                            SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0)) == 0 &&
           good;
    // abort() and raise() signal this process; nothing signals another.
    const auto self = static_cast<scmp_datum_t>(getpid());
    for (const int call : {SCMP_SYS(kill), SCMP_SYS(tgkill)}) {
        good = seccomp_rule_add(filter.get(), SCMP_ACT_ERRNO(EPERM), call, 1,
                                SCMP_A0(SCMP_CMP_NE, self)) == 0 &&
               good;
    }
    good = seccomp_rule_add(filter.get(), SCMP_ACT_ERRNO(EPERM), SCMP_SYS(prlimit64), 1,
                            SCMP_A0(SCMP_CMP_NE, 0)) == 0 &&
           good;
    return good && seccomp_load(filter.get()) == 0;
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

[[noreturn]] void become(const Command& command, int output, int transcript,
                         bool confinement_is_there) {
    const Limits& limits = command.limits;
    setsid();
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    const int nothing = open("/dev/null", O_RDONLY);
    // Out of the way of the numbers they are to get.
    const int safe_output = fcntl(output, F_DUPFD, 10);
    const int safe_transcript = transcript >= 0 ? fcntl(transcript, F_DUPFD, 10) : -1;
    if (nothing < 0 || safe_output < 0) _exit(127);
    dup2(nothing, STDIN_FILENO);
    dup2(safe_output, STDOUT_FILENO);
    dup2(safe_output, STDERR_FILENO);
    if (safe_transcript >= 0) dup2(safe_transcript, transcript_descriptor);
    close_range(safe_transcript >= 0 ? transcript_descriptor + 1 : STDERR_FILENO + 1, ~0u, 0);

    limit(RLIMIT_CORE, 0);
    if (limits.cpu_seconds > 0) {
        const rlimit cpu{static_cast<rlim_t>(limits.cpu_seconds),
                         static_cast<rlim_t>(limits.cpu_seconds) + 1};
        setrlimit(RLIMIT_CPU, &cpu);
    }
    if (limits.memory_bytes > 0) limit(RLIMIT_AS, limits.memory_bytes);
    if (limits.file_bytes > 0) limit(RLIMIT_FSIZE, limits.file_bytes);

    for (int signal = 1; signal < NSIG; ++signal) std::signal(signal, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);

    if (!command.directory.empty() && chdir(command.directory.c_str()) != 0) _exit(127);
    const std::vector<char*> arguments = pointers(command.arguments);
    const std::vector<char*> environment = pointers(command.environment);
    if (limits.confined) {
        if (confinement_is_there) {
            if (!confine()) _exit(127);
        } else {
            limit(RLIMIT_NPROC, 0);  // no help against root, and no threads either
        }
    }
    execve(arguments[0], arguments.data(), environment.data());
    _exit(127);
}

Running start(const Command& command, std::size_t index) {
    Pipe output = make_pipe();
    Pipe transcript;
    if (command.limits.transcript_bytes > 0) transcript = make_pipe();

    Running running;
    running.index = index;
    running.start = Clock::now();
    running.deadline =
        running.start + std::chrono::duration_cast<Clock::duration>(
                            std::chrono::duration<double>(command.limits.wall_seconds));
    const bool confinement_is_there = command.limits.confined && confinement_works();
    running.process = fork();
    if (running.process < 0) {
        throw KitError(fmt::format("no process to be had: {}", std::strerror(errno)));
    }
    if (running.process == 0) {
        become(command, output.write.number(), transcript.write.number(), confinement_is_there);
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
    // Whatever it started (a compiler starts others) ends with it.
    kill(-running.process, SIGKILL);
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
            running.push_back(start(commands[next], next));
            ++next;
        }

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
            for (Running& one : running) {
                stop(one, Ended::Kind::timed_out);
                waitpid(one.process, nullptr, 0);
            }
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
    action.sa_handler = [](int) { interruption = 1; };
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaction(signal, &action, nullptr);
}

bool interrupted() { return interruption != 0; }

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
