// What a student's program may not ask of the kernel. Used by ./lab check for each recorder, and by
// lab_enter inside the sandbox of ./lab grade.
#pragma once

namespace lab::tool {

/// Gives up what a lesson never needs, for this process and all that it becomes: new processes,
/// other processes' attention, the network, and the removal or renaming of files. What is refused
/// fails with EPERM; the program goes on. Threads are allowed.
///
/// False when the kernel does not let a process give up anything.
bool confine();

}  // namespace lab::tool
