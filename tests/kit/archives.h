// Archives as students and attackers pack them.
#pragma once

#include <archive.h>
#include <archive_entry.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace lab::kit {

/// A lesson's file in which somebody has written.
inline const std::string written = "#include \"bernoulli_mask.h\"\n// my own\n";

/// A file in a submission, or something else of that name.
struct Member {
    std::string path;
    std::string content = written;  ///< of a file; all else has none
    std::int64_t time = 1'760'000'000;
    unsigned type = AE_IFREG;
    std::string link = {};  ///< a symbolic link's target, or with AE_IFREG a hard link's
};

/// Chooses format and filter.
using Format = std::function<void(archive*)>;

void as_zip(archive* writer);
void as_tar_gz(archive* writer);

/// Packs an archive; without a format a .zip or a .tar.gz, by the name's end.
void pack(const std::filesystem::path& path, const std::vector<Member>& members,
          const Format& format = {});

using Writer = std::unique_ptr<archive, int (*)(archive*)>;

/// For an archive that is not as its members are: the writer, and the header of a member that says
/// it has `size` bytes.
Writer open_writer(const std::filesystem::path& path, const Format& format);
void write_header(archive* writer, const Member& member, std::size_t size);

/// Not tool::write_file, which makes another file first: 255 bytes are too long for its name.
void write(const std::filesystem::path& path, const std::string& content);

}  // namespace lab::kit
