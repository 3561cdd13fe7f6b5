#include "compiler_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <regex>
#include <set>
#include <sstream>

#include "error.h"
#include "placing.h"
#include "process.h"
#include "programs.h"

namespace lab::grade {
namespace fs = std::filesystem;
namespace {

/// Collects paths, with the symbolic links that lead to them.
class Collection {
public:
    /// Nothing happens when there is no such path.
    void add(const fs::path& path) {
        if (const auto found = follow(path)) files_.insert(*found);
    }

    void add_header(const fs::path& path) {
        if (const auto found = follow(path)) headers_.insert(*found);
    }

    /// The plain files of the folder, by their extensions, and none of its folders.
    void add_headers_in(const fs::path& folder) {
        std::error_code none;
        for (const auto& entry : fs::directory_iterator(folder, none)) {
            if (entry.is_regular_file() && entry.path().extension() == ".h") {
                add_header(entry.path());
            }
        }
    }

    CompilerFiles take() const {
        CompilerFiles result;
        const auto within_another = [&](const fs::path& path) {
            return std::any_of(files_.begin(), files_.end(), [&](const fs::path& other) {
                return path != other && is_within(path, other);
            });
        };
        for (const fs::path& path : files_) {
            if (!within_another(path)) result.files.push_back(path);
        }
        for (const fs::path& path : headers_) {
            if (!within_another(path)) result.headers.push_back(path);
        }
        for (const Link& link : links_) {
            if (!within_another(link.path)) result.links.push_back(link);
        }
        return result;
    }

private:
    struct ByPath {
        bool operator()(const Link& a, const Link& b) const { return a.path < b.path; }
    };

    /// Goes along the path and keeps each symbolic link on the way.
    std::optional<fs::path> follow(const fs::path& path) {
        fs::path done = "/";
        std::vector<fs::path> rest(path.begin(), path.end());
        std::reverse(rest.begin(), rest.end());
        for (int links = 0; !rest.empty();) {
            const fs::path part = rest.back();
            rest.pop_back();
            if (part == "/" || part == "." || part.empty()) continue;
            if (part == "..") {
                done = done.parent_path();
                continue;
            }
            std::error_code error;
            const fs::file_status status = fs::symlink_status(done / part, error);
            if (!fs::exists(status)) return std::nullopt;
            if (!fs::is_symlink(status)) {
                done /= part;
                continue;
            }
            if (++links > 40) return std::nullopt;
            const fs::path target = fs::read_symlink(done / part);
            links_.insert({done / part, target});
            if (target.is_absolute()) done = "/";
            std::vector<fs::path> parts(target.begin(), target.end());
            rest.insert(rest.end(), parts.rbegin(), parts.rend());
        }
        return done;
    }

    std::set<fs::path> files_;
    std::set<fs::path> headers_;
    std::set<Link, ByPath> links_;
};

tool::Ended ask(const std::vector<std::string>& arguments) {
    tool::Command command;
    command.arguments = arguments;
    command.environment = tool::inherited_environment();
    command.environment.push_back("LC_ALL=C");
    command.limits.wall_seconds = 30;
    command.limits.output_bytes = command.limits.output_kept = std::size_t{1} << 20;
    return tool::run(command);
}

std::string answer(const std::vector<std::string>& arguments) {
    const tool::Ended ended = ask(arguments);
    if (!ended.succeeded()) {
        throw tool::KitError(
            fmt::format("{} does not work:\n{}", fmt::join(arguments, " "), ended.output));
    }
    return ended.output.substr(0, ended.output.find_last_not_of('\n') + 1);
}

/// A program that the compiler starts; it may answer with a name to be looked up in PATH.
fs::path program_of(const std::string& compiler, const std::string& name) {
    const std::string said = answer({compiler, "-print-prog-name=" + name});
    return said.find('/') == std::string::npos ? fs::path(tool::find_program(said))
                                               : fs::path(said);
}

void add_libraries_of(const fs::path& program, Collection& collection) {
    static const std::regex path(R"((/[^\s()]+) \(0x)");
    // ldd fails on a program that needs none.
    const std::string libraries = ask({tool::require_program("ldd"), program.string()}).output;
    for (std::sregex_iterator found(libraries.begin(), libraries.end(), path), end; found != end;
         ++found) {
        collection.add((*found)[1].str());
    }
}

std::vector<fs::path> include_folders(const std::string& compiler) {
    std::istringstream lines(answer({compiler, "-E", "-v", "-x", "c++", "/dev/null"}));
    std::vector<fs::path> folders;
    bool listed = false;
    for (std::string line; std::getline(lines, line);) {
        if (line.rfind("#include <...>", 0) == 0) {
            listed = true;
        } else if (line.rfind("End of search list", 0) == 0) {
            break;
        } else if (listed) {
            folders.emplace_back(line.substr(line.find_first_not_of(' ')));
        }
    }
    return folders;
}

/// Of a folder that all packages share, what belongs to the compiler, the C library and the kernel.
void add_system_headers(const fs::path& folder, Collection& collection) {
    collection.add_headers_in(folder);
    for (const char* part : {"c++", "bits", "sys", "gnu", "asm", "asm-generic", "linux", "arpa",
                             "net", "netinet", "protocols", "rpc", "scsi"}) {
        collection.add(folder / part);
    }
}

}  // namespace

CompilerFiles files_of_compiler(const tool::Toolchain& toolchain) {
    const std::string& compiler = toolchain.compiler;
    Collection collection;

    std::vector<fs::path> programs{compiler};
    for (const char* name : {"cc1plus", "collect2", "lto-wrapper", "as", "ld", "ld.mold"}) {
        const fs::path program = program_of(compiler, name);
        if (!program.empty()) programs.push_back(program);
    }
    std::set<std::string> search_path;
    for (const fs::path& program : programs) {
        collection.add(program);
        add_libraries_of(program, collection);
        search_path.insert(program.parent_path().string());
    }
    collection.add("/etc/ld.so.cache");
    // Where the messages' quotation marks come from.
    collection.add("/usr/lib/locale/C.utf8");

    // The driver names it to every linker.
    collection.add(program_of(compiler, "cc1plus").parent_path() / "liblto_plugin.so");

    for (const char* name :
         {"crt1.o", "crti.o", "crtn.o", "crtbeginT.o", "crtend.o", "libc.a", "libm.a", "libmvec.a",
          "libpthread.a", "libatomic.a", "libgcc.a", "libgcc_eh.a", "libstdc++.a"}) {
        collection.add(answer({compiler, std::string("-print-file-name=") + name}));
    }
    // libm.a names the file that it stands for.
    const fs::path libraries =
        fs::path(answer({compiler, "-print-file-name=libc.a"})).parent_path();
    std::error_code none;
    for (const auto& entry : fs::directory_iterator(libraries, none)) {
        const std::string name = entry.path().filename().string();
        if (name.rfind("libm-", 0) == 0 && entry.path().extension() == ".a") {
            collection.add(entry.path());
        }
    }

    for (const fs::path& folder : include_folders(compiler)) {
        const std::string name = folder.lexically_normal().string();
        // Folders of the compiler's own are shown as a whole.
        if (name.find("/c++/") != std::string::npos || name.find("/gcc/") != std::string::npos) {
            collection.add(folder);
        } else {
            add_system_headers(folder, collection);
        }
    }
    for (const std::string& folder : toolchain.system_include_directories) {
        collection.add(fs::path(folder) / "Eigen");
        collection.add(fs::path(folder) / "unsupported");
    }
    // Headers only: the folders of an instructor's clone may hold solutions.
    for (const std::string& folder : toolchain.include_directories) {
        collection.add_headers_in(folder);
        for (const auto& entry : fs::directory_iterator(folder, none)) {
            if (entry.is_directory()) collection.add_headers_in(entry.path());
        }
    }
    collection.add(toolchain.header);
    collection.add(toolchain.header + ".gch");

    CompilerFiles result = collection.take();
    result.search_path = fmt::format("{}", fmt::join(search_path, ":"));
    return result;
}

}  // namespace lab::grade
