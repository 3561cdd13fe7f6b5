// A machine on which bubblewrap is installed and cannot work.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

#include "folder.h"

namespace lab::kit {

/// PATH with a bubblewrap that cannot work, as in a container without privileges.
class WithoutBubblewrap {
public:
    WithoutBubblewrap() : path_(std::getenv("PATH")) {
        const std::filesystem::path program = folder_.path() / "bwrap";
        tool::write_file(program, "#!/bin/sh\necho 'bwrap: no namespace for you' >&2\nexit 1\n");
        std::filesystem::permissions(program, std::filesystem::perms(0755));
        setenv("PATH", (folder_.path().string() + ":" + path_).c_str(), 1);
    }
    ~WithoutBubblewrap() { setenv("PATH", path_.c_str(), 1); }
    WithoutBubblewrap(const WithoutBubblewrap&) = delete;
    WithoutBubblewrap& operator=(const WithoutBubblewrap&) = delete;

private:
    tool::TemporaryFolder folder_;
    std::string path_;
};

}  // namespace lab::kit
