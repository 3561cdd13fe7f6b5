// Starts programs with limits and collects what they print. Everything that a student's code can
// get hold of (its compiler, its recorder) is started here.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace lab::tool {

struct Limits {
    double wall_seconds = 0;
    int cpu_seconds = 0;
    std::size_t memory_bytes = 0;      ///< of address space; 0: none
    std::size_t file_bytes = 0;        ///< for each file that is written; 0: none
    std::size_t output_bytes = 0;      ///< of standard output and error together
    std::size_t output_kept = 0;       ///< how much of it is kept
    std::size_t transcript_bytes = 0;  ///< 0: the program has no transcript
    std::size_t processes = 0;         ///< of the user, threads included; 0: no limit
    bool confined = false;  ///< no new processes, no network, no signals to others: see process.cpp
};

struct Command {
    std::vector<std::string> arguments;  ///< the program's path first
    std::vector<std::string> environment;
    std::string directory;  ///< to run in; empty: the caller's
    /// Who runs it, without any right but that user's; only root can ask for one. 0: the caller.
    uid_t user = 0;
    gid_t group = 0;
    Limits limits;
    /// Called with the transcript so far, whenever it has grown.
    std::function<void(const std::vector<std::byte>&)> on_transcript = {};
};

struct Ended {
    enum class Kind { exited, signalled, timed_out, too_much_output, too_long_transcript };
    Kind kind = Kind::exited;
    int code = 0;  ///< exit code or signal number
    std::string output;
    std::size_t output_total = 0;  ///< how much was printed, kept or not
    std::vector<std::byte> transcript;
    double seconds = 0;
    long peak_kilobytes = 0;
    /// The memory was not enough; `kind` says how that ended: SIGKILL when the program did not fit
    /// at all, or a signal after a std::bad_alloc that nobody caught, or with the memory used up.
    bool out_of_memory = false;

    bool succeeded() const { return kind == Kind::exited && code == 0; }
};

/// Thrown by run_all when the user wants the tool to end (Ctrl-C, a closed terminal).
struct Interrupted {};

/// From now on SIGINT, SIGTERM and SIGHUP end what runs, tidily, by way of Interrupted.
void catch_interruptions();

/// True once one of these signals has arrived.
bool interrupted();

/// Runs the commands, at most `jobs` at a time, and waits for all of them. What one of them started
/// in its own process group has ended too when this returns. The results are in the commands'
/// order. Several threads may call this at once.
///
/// A program that is there, but that the system cannot run, has ended with the exit code 127.
///
/// Errors: KitError when the system refuses a process or a pipe, or has no such program;
/// Interrupted.
std::vector<Ended> run_all(const std::vector<Command>& commands, std::size_t jobs);

Ended run(const Command& command);

/// This process's environment, as Command takes it.
std::vector<std::string> inherited_environment();

/// Whether the kernel lets a process give up its right to start others; what `confined` rests on.
bool confinement_works();

}  // namespace lab::tool
