// Makes a recorder from one student's file: compiled with the precompiled header, linked to the
// lesson's test. CMake wrote down how, in build/toolchain.json.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "course.h"
#include "process.h"

namespace lab::tool {

struct Toolchain {
    std::string compiler;
    std::string version;
    std::string torch_version;
    std::vector<std::string> flags;
    std::vector<std::string> include_directories;
    std::vector<std::string> system_include_directories;
    std::string header;
    std::vector<std::string> link_flags;
    std::vector<std::string> runtime;
    std::vector<std::string> demo_runtime;

    struct Parts {
        std::string lesson;
        std::vector<std::filesystem::path> test;
        std::vector<std::filesystem::path> solution;
        std::vector<std::filesystem::path> demo;  ///< empty: the lesson has none
    };
    std::vector<Parts> lessons;                      ///< in the course's order
    std::vector<std::filesystem::path> integration;  ///< the test with all of a student's code

    /// Errors: KitError when the build does not know the lesson.
    const Parts& parts_of(const std::string& lesson) const;
};

/// Errors: KitError when the build has not made the file.
Toolchain read_toolchain(const std::filesystem::path& build);

/// Three ways to build a recorder: for grading; with the address and undefined-behaviour
/// sanitizers, to find the line of a crash; for the debugger.
enum class Flavour { grading, sanitized, debugging };

/// The command line that compiles `source` to `object`.
std::vector<std::string> compile_arguments(const Toolchain& toolchain,
                                           const std::filesystem::path& source,
                                           const std::filesystem::path& object,
                                           Flavour flavour = Flavour::grading);

/// The command line that links `objects` with `runtime`, such as toolchain.runtime.
std::vector<std::string> link_arguments(const Toolchain& toolchain,
                                        const std::vector<std::filesystem::path>& objects,
                                        const std::vector<std::string>& runtime,
                                        const std::filesystem::path& program,
                                        Flavour flavour = Flavour::grading);

/// What a compiler or linker may use.
Limits compiler_limits();

struct Built {
    bool ok = false;
    std::filesystem::path recorder;
    std::string compiler_output;  ///< as the compiler printed it
    std::string problem;          ///< what to tell the student when not ok; see compiler_output.h
    double compile_seconds = 0;
    double link_seconds = 0;
};

/// Runs the compiler or the linker, which reads the files `reads` beside its own and writes into
/// the folder `writes`.
using Execute =
    std::function<Ended(const Command& command, const std::vector<std::filesystem::path>& reads,
                        const std::filesystem::path& writes)>;

/// As any program is run.
Ended execute_in_the_open(const Command& command, const std::vector<std::filesystem::path>& reads,
                          const std::filesystem::path& writes);

/// Builds the recorder for `lesson` from `source` in `folder`, with the reference solutions of the
/// lessons before it.
///
/// Errors: KitError when the file cannot be read, or the compiler cannot be started.
Built build_recorder(const Toolchain& toolchain, const Lesson& lesson,
                     const std::filesystem::path& source, const std::filesystem::path& folder,
                     Flavour flavour, const Execute& execute = execute_in_the_open);

/// Builds the program that computes the lesson's figures, from the student's `source`, or from the
/// reference solution when it is empty, and the reference solutions of all other lessons.
/// `recorder` is the program's path.
Built build_demo(const Toolchain& toolchain, const Lesson& lesson,
                 const std::filesystem::path& source, const std::filesystem::path& folder);

/// A student's files, compiled for grading: the objects in the order of the sources.
struct Objects {
    std::vector<std::filesystem::path> files;
    std::vector<Ended> compilers;  ///< how each went
};

/// Compiles the files into `folder`, two at a time.
Objects compile_all(const Toolchain& toolchain, const std::vector<std::filesystem::path>& sources,
                    const std::filesystem::path& folder);

/// Links objects to a recorder for grading.
Ended link_recorder(const Toolchain& toolchain, const std::vector<std::filesystem::path>& objects,
                    const std::filesystem::path& recorder);

}  // namespace lab::tool
