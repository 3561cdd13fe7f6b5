#include "archives.h"

#include <catch2/catch_test_macros.hpp>
#include <fstream>

namespace lab::kit {

namespace fs = std::filesystem;

void as_zip(archive* writer) { archive_write_set_format_zip(writer); }

void as_tar_gz(archive* writer) {
    archive_write_set_format_pax_restricted(writer);
    archive_write_add_filter_gzip(writer);
}

Writer open_writer(const fs::path& path, const Format& format) {
    Writer writer(archive_write_new(), archive_write_free);
    format(writer.get());
    REQUIRE(archive_write_open_filename(writer.get(), path.c_str()) == ARCHIVE_OK);
    return writer;
}

void write_header(archive* writer, const Member& member, std::size_t size) {
    const std::unique_ptr<archive_entry, void (*)(archive_entry*)> entry(archive_entry_new(),
                                                                         archive_entry_free);
    archive_entry_copy_pathname(entry.get(), member.path.c_str());
    archive_entry_set_filetype(entry.get(), member.type);
    archive_entry_set_perm(entry.get(), 0644);
    archive_entry_set_mtime(entry.get(), member.time, 0);
    archive_entry_set_size(entry.get(), static_cast<la_int64_t>(size));
    if (member.type == AE_IFLNK) {
        archive_entry_copy_symlink(entry.get(), member.link.c_str());
    } else if (member.type == AE_IFCHR) {  // the numbers of /dev/zero
        archive_entry_set_rdevmajor(entry.get(), 1);
        archive_entry_set_rdevminor(entry.get(), 5);
    } else if (!member.link.empty()) {
        archive_entry_copy_hardlink(entry.get(), member.link.c_str());
    }
    REQUIRE(archive_write_header(writer, entry.get()) >= ARCHIVE_WARN);
}

void pack(const fs::path& path, const std::vector<Member>& members, const Format& format) {
    const Format by_name = path.extension() == ".zip" ? as_zip : as_tar_gz;
    const Writer writer = open_writer(path, format ? format : by_name);
    for (const Member& member : members) {
        const bool data = member.type == AE_IFREG && member.link.empty();
        write_header(writer.get(), member, data ? member.content.size() : 0);
        if (data) archive_write_data(writer.get(), member.content.data(), member.content.size());
    }
    REQUIRE(archive_write_close(writer.get()) == ARCHIVE_OK);
}

void write(const fs::path& path, const std::string& content) {
    fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << content;
    REQUIRE(fs::is_regular_file(path));
}

}  // namespace lab::kit
