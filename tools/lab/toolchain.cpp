#include "toolchain.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "compiler_output.h"
#include "error.h"
#include "process.h"

namespace lab::tool {
namespace fs = std::filesystem;
namespace {

void add_all(std::vector<std::string>& to, const std::vector<std::string>& from,
             const std::string& prefix = "") {
    for (const std::string& one : from) to.push_back(prefix + one);
}

Command compile_command(const Toolchain& toolchain, const fs::path& source, const fs::path& object,
                        Flavour flavour) {
    Command command;
    command.arguments = compile_arguments(toolchain, source, object, flavour);
    command.environment = inherited_environment();
    // The messages are read by compiler_output.cpp, which knows them in one language.
    std::erase_if(command.environment,
                  [](const std::string& entry) { return entry.rfind("LC_", 0) == 0; });
    command.environment.push_back("LC_ALL=C.UTF-8");
    command.limits = compiler_limits();
    return command;
}

Command link_command(const Toolchain& toolchain, const std::vector<fs::path>& objects,
                     const std::vector<std::string>& runtime, const fs::path& program,
                     Flavour flavour) {
    Command command;
    command.arguments = link_arguments(toolchain, objects, runtime, program, flavour);
    command.environment = inherited_environment();
    command.limits = compiler_limits();
    return command;
}

std::vector<fs::path> paths(const std::vector<std::string>& names) {
    return {names.begin(), names.end()};
}

}  // namespace

std::vector<std::string> compile_arguments(const Toolchain& toolchain, const fs::path& source,
                                           const fs::path& object, Flavour flavour) {
    std::vector<std::string> arguments{toolchain.compiler};
    add_all(arguments, toolchain.flags);
    if (flavour == Flavour::sanitized) {
        add_all(arguments, {"-g", "-fsanitize=address,undefined", "-fno-omit-frame-pointer"});
    } else if (flavour == Flavour::debugging) {
        add_all(arguments, {"-g", "-O0"});
    }
    add_all(arguments, toolchain.include_directories, "-I");
    add_all(arguments, toolchain.system_include_directories, "-isystem");
    // Only grading's flags are those of the precompiled header; the others read it as text.
    add_all(arguments, {"-include", toolchain.header, "-fmax-errors=20", "-x", "c++", "-c",
                        source.string(), "-o", object.string()});
    return arguments;
}

std::vector<std::string> link_arguments(const Toolchain& toolchain,
                                        const std::vector<fs::path>& objects,
                                        const std::vector<std::string>& runtime,
                                        const fs::path& program, Flavour flavour) {
    std::vector<std::string> arguments{toolchain.compiler};
    for (const std::string& flag : toolchain.link_flags) {
        if (flavour == Flavour::sanitized && flag == "-static") continue;
        arguments.push_back(flag);
    }
    if (flavour == Flavour::sanitized) arguments.push_back("-fsanitize=address,undefined");
    for (const fs::path& object : objects) arguments.push_back(object.string());
    add_all(arguments, runtime);
    add_all(arguments, {"-o", program.string()});
    return arguments;
}

Limits compiler_limits() {
    Limits limits;
    limits.wall_seconds = 60;
    limits.cpu_seconds = 60;
    limits.memory_bytes = std::size_t{4} << 30;
    limits.file_bytes = std::size_t{256} << 20;
    limits.output_bytes = limits.output_kept = std::size_t{4} << 20;
    return limits;
}

Toolchain read_toolchain(const fs::path& build) {
    const auto json =
        nlohmann::ordered_json::parse(read_file(build / "toolchain.json"), nullptr, false);
    if (json.is_discarded()) {
        throw KitError(fmt::format("{} is broken; type ./lab again to build the kit",
                                   (build / "toolchain.json").string()));
    }
    Toolchain toolchain;
    json.at("compiler").get_to(toolchain.compiler);
    json.at("version").get_to(toolchain.version);
    json.at("torch_version").get_to(toolchain.torch_version);
    json.at("flags").get_to(toolchain.flags);
    json.at("include_directories").get_to(toolchain.include_directories);
    json.at("system_include_directories").get_to(toolchain.system_include_directories);
    json.at("header").get_to(toolchain.header);
    json.at("link_flags").get_to(toolchain.link_flags);
    json.at("runtime").get_to(toolchain.runtime);
    json.at("demo_runtime").get_to(toolchain.demo_runtime);
    for (const auto& [lesson, parts] : json.at("lessons").items()) {
        toolchain.lessons.push_back({lesson, paths(parts.at("test")), paths(parts.at("solution")),
                                     paths(parts.at("demo"))});
    }
    toolchain.integration = paths(json.at("integration"));
    return toolchain;
}

const Toolchain::Parts& Toolchain::parts_of(const std::string& lesson) const {
    for (const Parts& parts : lessons) {
        if (parts.lesson == lesson) return parts;
    }
    throw KitError(fmt::format("the build does not know lesson {}; type ./lab again", lesson));
}

Ended execute_in_the_open(const Command& command, const std::vector<fs::path>& /*reads*/,
                          const fs::path& /*writes*/) {
    return run(command);
}

namespace {

/// What a compiler prints is searched with std::regex, which calls itself for each character of a
/// line; a symbol can have a million of them.
Ended with_short_lines(Ended ended) {
    constexpr std::size_t longest = 4000;
    std::string output;
    std::size_t length = 0;
    for (const char c : ended.output) {
        length = c == '\n' ? 0 : length + 1;
        if (length <= longest) output += c;
    }
    ended.output = std::move(output);
    return ended;
}

/// Compiles the student's `source`, unless it is empty, and links it with `parts` and `runtime`.
Built build(const Toolchain& toolchain, const Lesson& lesson, const fs::path& source,
            const fs::path& folder, Flavour flavour, const std::vector<fs::path>& parts,
            const std::vector<std::string>& runtime, const Execute& execute) {
    Built built;
    built.recorder = folder / "recorder";
    std::vector<fs::path> objects;
    if (!source.empty()) {
        objects.push_back(folder / "student.o");
        const Ended compiled = with_short_lines(
            execute(compile_command(toolchain, source, objects.back(), flavour), {source}, folder));
        built.compile_seconds = compiled.seconds;
        built.compiler_output = compiled.output;
        if (!compiled.succeeded()) {
            built.problem = explain_compile_error(compiled, source);
            return built;
        }
    }
    objects.insert(objects.end(), parts.begin(), parts.end());
    std::vector<fs::path> reads = objects;
    reads.insert(reads.end(), runtime.begin(), runtime.end());
    const Ended linked = with_short_lines(
        execute(link_command(toolchain, objects, runtime, built.recorder, flavour), reads, folder));
    built.link_seconds = linked.seconds;
    if (!linked.succeeded()) {
        built.compiler_output += linked.output;
        built.problem = explain_link_error(linked, source, lesson);
        return built;
    }
    built.ok = true;
    return built;
}

}  // namespace

Built build_recorder(const Toolchain& toolchain, const Lesson& lesson, const fs::path& source,
                     const fs::path& folder, Flavour flavour, const Execute& execute) {
    std::vector<fs::path> parts = toolchain.parts_of(lesson.name).test;
    for (const auto& other : toolchain.lessons) {
        if (other.lesson == lesson.name) break;
        parts.insert(parts.end(), other.solution.begin(), other.solution.end());
    }
    return build(toolchain, lesson, source, folder, flavour, parts, toolchain.runtime, execute);
}

Built build_demo(const Toolchain& toolchain, const Lesson& lesson, const fs::path& source,
                 const fs::path& folder) {
    std::vector<fs::path> parts = toolchain.parts_of(lesson.name).demo;
    for (const auto& other : toolchain.lessons) {
        if (other.lesson == lesson.name && !source.empty()) continue;
        parts.insert(parts.end(), other.solution.begin(), other.solution.end());
    }
    return build(toolchain, lesson, source, folder, Flavour::grading, parts, toolchain.demo_runtime,
                 execute_in_the_open);
}

Objects compile_all(const Toolchain& toolchain, const std::vector<fs::path>& sources,
                    const fs::path& folder) {
    Objects objects;
    std::vector<Command> commands;
    for (const fs::path& source : sources) {
        // The folder's name too: two lessons may have a file of the same name.
        const std::string name =
            source.parent_path().filename().string() + "_" + source.filename().string() + ".o";
        objects.files.push_back(folder / name);
        commands.push_back(
            compile_command(toolchain, source, objects.files.back(), Flavour::grading));
    }
    for (Ended& ended : run_all(commands, 2)) {
        objects.compilers.push_back(with_short_lines(std::move(ended)));
    }
    return objects;
}

Ended link_recorder(const Toolchain& toolchain, const std::vector<fs::path>& objects,
                    const fs::path& recorder) {
    return with_short_lines(
        run(link_command(toolchain, objects, toolchain.runtime, recorder, Flavour::grading)));
}

}  // namespace lab::tool
