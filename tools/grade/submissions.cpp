#include "submissions.h"

#include <archive.h>
#include <archive_entry.h>
#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <locale.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <iterator>
#include <memory>
#include <set>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "candidates.h"
#include "error.h"
#include "text.h"

namespace lab::grade {
namespace fs = std::filesystem;
namespace {

// --- Names ---------------------------------------------------------------------------------------

/// Characters that are not seen, or that change how what follows them is seen.
bool is_invisible(std::uint32_t code) {
    static constexpr std::array<std::pair<std::uint32_t, std::uint32_t>, 20> ranges{
        {{0x00, 0x1F},     {0x7F, 0x9F},     {0xAD, 0xAD},       {0x34F, 0x34F},
         {0x61C, 0x61C},   {0x115F, 0x1160}, {0x17B4, 0x17B5},   {0x180B, 0x180F},
         {0x200B, 0x200F}, {0x2028, 0x202E}, {0x2060, 0x206F},   {0x2800, 0x2800},
         {0x3164, 0x3164}, {0xFE00, 0xFE0F}, {0xFEFF, 0xFEFF},   {0xFFA0, 0xFFA0},
         {0xFFF0, 0xFFFB}, {0xFFFE, 0xFFFF}, {0x1D173, 0x1D17A}, {0xE0000, 0xE0FFF}}};
    return std::any_of(ranges.begin(), ranges.end(), [&](const auto& range) {
        return code >= range.first && code <= range.second;
    });
}

/// The first character of a text, as UTF-8 has it, and its code; empty when it is not valid.
std::string_view first_character(std::string_view text, std::uint32_t& code) {
    const auto first = static_cast<unsigned char>(text[0]);
    const std::size_t length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    const std::string_view character = text.substr(0, length);
    if (first != 0 && tool::first_line_not_utf8(character)) return {};
    code = length == 1 ? first : first & (0xFFu >> (length + 1));
    for (const char c : character.substr(1)) {
        code = code << 6 | (static_cast<unsigned char>(c) & 0x3Fu);
    }
    return character;
}

/// How many bytes .zip, .tar.gz or .tgz take at the end of the name; 0: none of them.
std::size_t archive_extension(const std::string& name) {
    const std::string lower = lower_case(name);
    for (const std::string_view extension : {".zip", ".tar.gz", ".tgz"}) {
        if (lower.size() > extension.size() && lower.ends_with(extension)) return extension.size();
    }
    return 0;
}

// --- Files ---------------------------------------------------------------------------------------

/// What the system does not let us read; the message is for the instructor.
struct Unreadable : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// More than the limits allow: what was found until then is kept.
struct LimitReached : std::runtime_error {
    using std::runtime_error::runtime_error;
};

Unreadable unreadable(const std::string& what) {
    return Unreadable(fmt::format("{} cannot be read: {}", what, std::strerror(errno)));
}

class Descriptor {
public:
    explicit Descriptor(int number) : number_(number) {}
    ~Descriptor() {
        if (number_ >= 0) close(number_);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;

    int number() const { return number_; }

private:
    int number_;
};

/// Neither follows a link nor waits for a pipe's other end. The number is negative when the system
/// refuses, as for a link.
Descriptor open_without_links(int folder, const std::string& name, int more_flags = 0) {
    return Descriptor(
        openat(folder, name.c_str(),
               O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC | more_flags));
}

/// At most `limit` bytes: a file may grow while it is read.
std::string read_bytes(int file, std::size_t limit, const std::string& shown) {
    std::string content;
    std::array<char, 1 << 16> buffer;
    while (content.size() < limit) {
        const ssize_t count =
            read(file, buffer.data(), std::min(buffer.size(), limit - content.size()));
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) throw unreadable(shown);
        if (count == 0) break;
        content.append(buffer.data(), static_cast<std::size_t>(count));
    }
    return content;
}

/// Sorted, so that the same folder gives the same notes; only the first `limit` of them.
std::set<std::string> names_in(const Descriptor& folder, std::size_t limit,
                               const std::string& shown) {
    const int copy = fcntl(folder.number(), F_DUPFD_CLOEXEC, 0);
    const std::unique_ptr<DIR, int (*)(DIR*)> stream(copy < 0 ? nullptr : fdopendir(copy),
                                                     [](DIR* open) { return closedir(open); });
    if (!stream) throw unreadable(shown);
    std::set<std::string> names;
    for (;;) {
        errno = 0;
        const dirent* entry = readdir(stream.get());
        if (!entry && errno != 0) throw unreadable(shown);
        if (!entry) return names;
        const std::string_view name = entry->d_name;
        if (name == "." || name == "..") continue;
        names.emplace(name);
        if (names.size() > limit) names.erase(std::prev(names.end()));
    }
}

// --- Archives ------------------------------------------------------------------------------------

/// libarchive gives names in the thread's character set: UTF-8, so that none is lost.
class NamesAreUtf8 {
public:
    NamesAreUtf8() : locale_(newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr)) {
        if (locale_) before_ = uselocale(locale_);
    }
    ~NamesAreUtf8() {
        if (!locale_) return;
        uselocale(before_);
        freelocale(locale_);
    }
    NamesAreUtf8(const NamesAreUtf8&) = delete;
    NamesAreUtf8& operator=(const NamesAreUtf8&) = delete;

private:
    locale_t locale_, before_ = nullptr;
};

using Reader = std::unique_ptr<archive, int (*)(archive*)>;

/// An archive's file as libarchive reads it, in pieces so small that the limit holds between them.
struct Packed {
    int file = -1;
    std::int64_t unpacked_limit = 0;
    /// A zip's table is in memory before its first entry is known.
    std::size_t limit_before_first = 0;
    bool first_is_known = false;
    std::size_t bytes_read = 0;
    int error = 0;  ///< the system's
    bool too_much = false, too_many = false;
    std::array<char, 1 << 14> buffer{};

    static la_ssize_t read(archive* reader, void* data, const void** bytes) {
        auto& packed = *static_cast<Packed*>(data);
        if (archive_filter_bytes(reader, 0) > packed.unpacked_limit) {
            packed.too_much = true;
            return ARCHIVE_FATAL;
        }
        if (!packed.first_is_known && packed.bytes_read > packed.limit_before_first) {
            packed.too_many = true;
            return ARCHIVE_FATAL;
        }
        ssize_t count = -1;
        do {
            count = ::read(packed.file, packed.buffer.data(), packed.buffer.size());
        } while (count < 0 && errno == EINTR);
        if (count < 0) {
            packed.error = errno;
            return ARCHIVE_FATAL;
        }
        packed.bytes_read += static_cast<std::size_t>(count);
        *bytes = packed.buffer.data();
        return count;
    }

    static la_int64_t seek(archive*, void* data, la_int64_t offset, int from) {
        const auto& packed = *static_cast<Packed*>(data);
        const off_t position = lseek(packed.file, offset, from);
        return position < 0 ? ARCHIVE_FATAL : position;
    }
};

/// A zip is read by the table at its end, which makes skipping free; where the table is missing,
/// from its start.
enum class ZipBy { table, start };

/// Only what needs no other program and no large dictionary: tar, tar.gz and zip.
Reader open_archive(Packed& packed, ZipBy by) {
    Reader reader(archive_read_new(), archive_read_free);
    if (!reader) throw std::bad_alloc();
    archive_read_support_filter_gzip(reader.get());
    if (by == ZipBy::table) {
        archive_read_support_format_tar(reader.get());
        archive_read_support_format_zip_seekable(reader.get());
    } else {
        archive_read_support_format_zip_streamable(reader.get());
    }
    lseek(packed.file, 0, SEEK_SET);
    archive_read_set_callback_data(reader.get(), &packed);
    archive_read_set_read_callback(reader.get(), Packed::read);
    archive_read_set_seek_callback(reader.get(), Packed::seek);
    // A failure shows when the first header is read.
    archive_read_open1(reader.get());
    return reader;
}

/// What it is instead of an archive that is opened, to be told to the instructor.
std::string other_format(int file) {
    std::array<char, 8> start{};
    const ssize_t count = pread(file, start.data(), start.size(), 0);
    const std::string_view text(start.data(), count < 0 ? 0 : static_cast<std::size_t>(count));
    using namespace std::string_view_literals;
    if (text.empty()) return "is empty";
    if (text.starts_with("Rar!")) return "is a RAR archive, whatever its name says";
    if (text.starts_with("7z\xBC\xAF"sv)) return "is a 7z archive, whatever its name says";
    if (text.starts_with("\xFD"
                         "7zXZ"sv))
        return "is packed by xz, whatever its name says";
    if (text.starts_with("BZh")) return "is packed by bzip2, whatever its name says";
    if (text.starts_with("PK") || text.starts_with("\x1F\x8B"sv)) return "is broken";
    return "is neither a .zip nor a .tar.gz, whatever its name says";
}

/// The names in an archive's path. Backslashes part them, too, as some Windows programs write them.
/// Empty: the path leads out of the archive.
std::optional<Place> place_of(const std::string& path) {
    Place place;
    const bool drive = path.size() > 2 && path[1] == ':' && (path[2] == '\\' || path[2] == '/');
    if (path.starts_with('/') || path.starts_with('\\') || drive) return std::nullopt;
    for (std::size_t start = 0; start <= path.size();) {
        const std::size_t end = std::min(path.find_first_of("/\\", start), path.size());
        const std::string name = path.substr(start, end - start);
        if (name == "..") return std::nullopt;
        if (!name.empty() && name != ".") place.push_back(name);
        start = end + 1;
    }
    return place;
}

/// Why libarchive could not go on.
std::string reason_of(archive* reader) {
    const char* text = archive_error_string(reader);
    std::string reason = text ? text : "no reason given";
    while (reason.ends_with('\n')) reason.pop_back();
    return shown_name(reason);
}

/// A path's name as the archive has it; empty: none that can be read.
std::string path_of(archive_entry* entry) {
    const char* path = archive_entry_pathname(entry);
    if (!path) path = archive_entry_pathname_utf8(entry);
    return path ? path : "";
}

// --- One entry -----------------------------------------------------------------------------------

constexpr std::size_t mebibyte = std::size_t{1} << 20;

/// Deeper folders are not looked into; no student has them by mistake.
constexpr std::size_t deepest = 64;

/// What an entry takes in a zip's table, with a long path.
constexpr std::size_t bytes_in_table = 512;

/// Longer paths, which only archives can have, are refused.
constexpr std::size_t longest_path = 4096;

class Intake {
public:
    Intake(const IntakeLimits& limits, Candidates& found)
        : limits_(limits), found_(found), allowed_(limits.archive_bytes) {}

    /// The place is where the folder or the archive stands in the entry: empty for the entry.
    void folder(const Descriptor& folder, const Place& at) {
        const std::string shown = at.empty() ? "the folder" : shown_place(at);
        // Counted at once: the names of all folders around the one that is read are in memory.
        const std::size_t allowed = limits_.files - files_;
        std::set<std::string> names = names_in(folder, allowed + 1, shown);
        const bool too_many = names.size() > allowed;
        if (too_many) names.erase(std::prev(names.end()));
        files_ += names.size();
        for (const std::string& name : names) {
            Place place = at;
            place.push_back(name);
            inside(folder, place);
        }
        if (too_many) throw too_many_files();
    }

    void packed(int file, std::size_t size, const Place& at) {
        const std::string shown = at.empty() ? "the archive" : shown_place(at);
        if (size > limits_.archive_bytes) {
            found_.note(
                fmt::format("{} is not opened: it has {} MiB, and {} are allowed. Without "
                            "the folder build/ it may be small enough.",
                            shown, size >> 20, limits_.archive_bytes >> 20));
            return;
        }
        const std::size_t by_ratio = mebibyte + limits_.ratio * size;
        allowed_ = std::min(limits_.archive_bytes, unpacked_ + by_ratio);
        Packed packed;
        packed.file = file;
        packed.unpacked_limit = static_cast<std::int64_t>(allowed_ - unpacked_);
        packed.limit_before_first = mebibyte + limits_.files * bytes_in_table;
        archive_of(packed, at, shown);
        allowed_ = limits_.archive_bytes;
    }

private:
    void archive_of(Packed& packed, const Place& at, const std::string& shown) {
        const NamesAreUtf8 names_are_utf8;
        if (members(packed, ZipBy::table, at, shown)) return;
        if (members(packed, ZipBy::start, at, shown)) {
            found_.note(
                fmt::format("{} is broken: the table at its end is missing. Only what is "
                            "whole is read; ask for it again.",
                            shown));
            return;
        }
        found_.note(fmt::format("{} {}. Nothing of it is read; ask for a .zip.", shown,
                                other_format(packed.file)));
    }

    void count_file() {
        if (files_ == limits_.files) throw too_many_files();
        ++files_;
    }

    LimitReached too_many_files() const {
        return LimitReached(fmt::format(
            "only the first {} files and folders are looked at; there are more", limits_.files));
    }

    void count_bytes(std::size_t count) {
        unpacked_ += count;
        if (unpacked_ > allowed_) throw too_much();
    }

    LimitReached too_much() const {
        return LimitReached(fmt::format(
            "only a part is looked at: unpacked, it is more than {} MiB or {} times the archive's "
            "size. Without the folder build/ it may be small enough.",
            limits_.archive_bytes >> 20, limits_.ratio));
    }

    std::string too_large() const {
        return fmt::format("it has more than {} KiB", limits_.file_bytes >> 10);
    }

    void inside(const Descriptor& parent, const Place& place) {
        const std::string& name = place.back();
        struct stat info {};
        if (fstatat(parent.number(), name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) {
            throw unreadable(shown_place(place));
        }
        if (S_ISLNK(info.st_mode)) {
            found_.refuse(place, "it is a link, and links are not followed");
        } else if (S_ISREG(info.st_mode)) {
            file(parent, place);
        } else if (!S_ISDIR(info.st_mode)) {
            found_.refuse(place, "it is a pipe, a socket or a device");
        } else if (is_skipped_folder(name)) {
            found_.skip_folder(place);
        } else if (place.size() > deepest) {
            found_.refuse(place, fmt::format("it lies more than {} folders deep", deepest));
        } else {
            const Descriptor opened = open_without_links(parent.number(), name, O_DIRECTORY);
            if (opened.number() < 0) throw unreadable(shown_place(place));
            folder(opened, place);
        }
    }

    void file(const Descriptor& parent, const Place& place) {
        const std::optional<Candidates::Lesson> lesson = found_.lesson_of(place);
        // An LMS puts what was uploaded, often an archive, into a folder for each student.
        const bool uploaded = place.size() == 1 && archive_extension(place.back()) > 0;
        if (!lesson && !uploaded) {
            ignore(place);
            return;
        }
        const Descriptor opened = open_without_links(parent.number(), place.back());
        struct stat info {};
        if (opened.number() < 0 || fstat(opened.number(), &info) != 0 || !S_ISREG(info.st_mode)) {
            throw unreadable(shown_place(place));
        }
        if (!lesson) {
            packed(opened.number(), static_cast<std::size_t>(info.st_size), place);
            return;
        }
        std::string content =
            read_bytes(opened.number(), limits_.file_bytes + 1, shown_place(place));
        count_bytes(content.size());
        if (content.size() > limits_.file_bytes) {
            found_.refuse(place, too_large());
        } else {
            found_.offer(*lesson, place, std::move(content), info.st_mtime);
        }
    }

    void ignore(const Place& place) {
        static const std::set<std::string> archives{".zip", ".tgz", ".gz", ".tar",
                                                    ".7z",  ".rar", ".xz", ".bz2"};
        if (archives.contains(lower_case(fs::path(place.back()).extension().string()))) {
            found_.refuse(place, "an archive in here is not opened; unpack it first");
        } else {
            found_.ignore(place);
        }
    }

    /// False when it is no archive that can be read in this way.
    bool members(Packed& packed, ZipBy by, const Place& at, const std::string& shown) {
        const Reader reader = open_archive(packed, by);
        const std::size_t unpacked_before = unpacked_;
        for (;;) {
            archive_entry* entry = nullptr;
            const int status = archive_read_next_header(reader.get(), &entry);
            if (status == ARCHIVE_EOF) break;
            if (status < ARCHIVE_WARN) {
                if (packed.too_much) throw too_much();
                if (packed.too_many) throw too_many_files();
                if (packed.error != 0) {
                    errno = packed.error;
                    throw unreadable(shown);
                }
                if (archive_format(reader.get()) == 0) return false;
                if (by == ZipBy::table) note_fault(reader.get(), shown);
                break;
            }
            packed.first_is_known = true;
            count_file();
            if (status == ARCHIVE_RETRY) continue;
            // Gzip within gzip would unpack more at once than the limit can see.
            if (archive_filter_count(reader.get()) > 2) return false;
            member(reader.get(), entry, at);
            if (by == ZipBy::start) read_to_end(reader.get());
        }
        if (archive_filter_count(reader.get()) > 1) {
            const auto stream = static_cast<std::size_t>(archive_filter_bytes(reader.get(), 0));
            unpacked_ = std::max(unpacked_, unpacked_before + stream);
        }
        return true;
    }

    void note_fault(archive* reader, const std::string& shown) {
        found_.note(
            fmt::format("{} is broken ({}). Only what comes before is read; ask for it again.",
                        shown, reason_of(reader)));
    }

    void member(archive* reader, archive_entry* entry, const Place& at) {
        const std::string path = path_of(entry);
        if (path.empty() || path.size() > longest_path) {
            found_.refuse({path.empty() ? "a file" : path.substr(0, 100)},
                          "its name cannot be read or is too long");
            return;
        }
        const std::optional<Place> within = place_of(path);
        if (!within) {
            found_.refuse({path}, "it leads out of the archive");
            return;
        }
        Place place = at;
        place.insert(place.end(), within->begin(), within->end());
        const auto type = archive_entry_filetype(entry);
        if (within->empty() || type == AE_IFDIR) return;
        const auto skipped = std::find_if(place.begin(), place.end() - 1, is_skipped_folder);
        if (skipped != place.end() - 1) {
            found_.skip_folder(Place(place.begin(), skipped + 1));
        } else if (type == AE_IFLNK || archive_entry_hardlink(entry)) {
            found_.refuse(place, "it is a link, and links are not followed");
        } else if (type != AE_IFREG) {
            found_.refuse(place, "it is a pipe, a socket or a device");
        } else if (const auto lesson = found_.lesson_of(place); !lesson) {
            ignore(place);
        } else if (archive_entry_is_encrypted(entry)) {
            found_.refuse(place, "it is encrypted; ask for it without a password");
        } else {
            content(reader, entry, *lesson, place);
        }
    }

    void content(archive* reader, archive_entry* entry, const Candidates::Lesson& lesson,
                 const Place& place) {
        std::string content;
        std::array<char, 1 << 16> buffer;
        for (;;) {
            const la_ssize_t count = archive_read_data(reader, buffer.data(), buffer.size());
            if (count == 0) break;
            if (count < 0) {
                found_.refuse(place, fmt::format("it is broken ({})", reason_of(reader)));
                return;
            }
            count_bytes(static_cast<std::size_t>(count));
            content.append(buffer.data(), static_cast<std::size_t>(count));
            if (content.size() > limits_.file_bytes) {
                found_.refuse(place, too_large());
                return;
            }
        }
        const std::int64_t time =
            archive_entry_mtime_is_set(entry) ? archive_entry_mtime(entry) : 0;
        found_.offer(lesson, place, std::move(content), time);
    }

    /// libarchive would unpack all of it at once to find the next one.
    void read_to_end(archive* reader) {
        const void* block = nullptr;
        std::size_t size = 0;
        la_int64_t offset = 0;
        while (archive_read_data_block(reader, &block, &size, &offset) == ARCHIVE_OK) {
            count_bytes(size);
        }
    }

    const IntakeLimits& limits_;
    Candidates& found_;
    std::size_t files_ = 0;
    std::size_t unpacked_ = 0;  ///< or read from a folder, in bytes
    std::size_t allowed_;       ///< of these
};

}  // namespace

std::string shown_name(const std::string& name) {
    std::string shown;
    for (std::string_view rest = name; !rest.empty();) {
        std::uint32_t code = 0;
        const std::string_view character = first_character(rest, code);
        const std::size_t length = std::max<std::size_t>(character.size(), 1);
        if (character.empty() || character == "\\" || is_invisible(code)) {
            for (const char c : rest.substr(0, length)) {
                shown += fmt::format("\\x{:02X}", static_cast<unsigned char>(c));
            }
        } else {
            shown += character;
        }
        rest.remove_prefix(length);
    }
    return shown;
}

std::vector<Entry> list_entries(const fs::path& folder, std::vector<std::string>& notes) {
    const std::string shown = shown_name(folder.string());
    std::error_code error;
    const fs::file_status status = fs::status(folder, error);
    if (fs::is_regular_file(status) && archive_extension(folder.filename().string()) > 0) {
        throw tool::KitError(fmt::format(
            "{} is one archive. Unpack it first, and give the folder with one entry a student.",
            shown));
    }
    if (!fs::is_directory(status)) {
        throw tool::KitError(fmt::format(
            "{} is no folder{}. Give the folder that holds the submissions, one entry a student.",
            shown, error ? " (" + error.message() + ")" : ""));
    }
    if (fs::exists(folder / "lessons" / "course.toml", error) ||
        fs::exists(folder / "course.toml", error)) {
        throw tool::KitError(
            fmt::format("{} is a clone of the kit, or one student's submission. Give the folder "
                        "around it, with "
                        "one entry a student.",
                        shown));
    }

    std::vector<fs::directory_entry> found;
    fs::directory_iterator next(folder, error);
    for (; !error && next != fs::directory_iterator(); next.increment(error)) {
        found.push_back(*next);
    }
    if (error) {
        throw tool::KitError(fmt::format("{} cannot be read: {}. ls -ld {} shows who may.", shown,
                                         error.message(), shown));
    }
    std::sort(found.begin(), found.end());

    std::vector<Entry> entries;
    std::vector<fs::path> archives;
    Lines skipped;
    bool programs = false;
    for (const fs::directory_entry& entry : found) {
        const std::string name = entry.path().filename().string();
        const auto skip = [&](const std::string& reason) {
            skipped.add(fmt::format("{} is skipped: {}", shown_name(name), reason));
        };
        const fs::file_status kind = entry.symlink_status(error);
        if (name.starts_with('.')) {
            skip("it is hidden");
        } else if (fs::is_symlink(kind)) {
            skip("it is a link, and links are not followed");
        } else if (name == "__MACOSX") {
            skip("macOS makes it when it packs");
        } else if (fs::is_directory(kind)) {
            entries.push_back({entry.path(), shown_name(name)});
        } else if (fs::is_regular_file(kind) && archive_extension(name) > 0) {
            archives.push_back(entry.path());
        } else {
            programs = programs || entry.path().extension() == ".cpp";
            skip("it is no folder, .zip, .tar.gz or .tgz");
        }
    }

    std::set<std::string> students;
    for (const Entry& entry : entries) students.insert(entry.student);
    for (const fs::path& archive : archives) {
        const std::string name = archive.filename().string();
        const std::string whole = shown_name(name);
        std::string student = shown_name(name.substr(0, name.size() - archive_extension(name)));
        if (students.contains(student)) {
            notes.push_back(fmt::format("{} has two entries: {} is graded as a student of its own",
                                        student, whole));
            student = whole;
        }
        students.insert(student);
        entries.push_back({archive, student});
    }
    skipped.move_to(notes);
    if (entries.empty()) {
        throw tool::KitError(
            shown + (programs ? " holds .cpp files and no folder, as if it were one student's "
                                "submission. Give the folder around it, or put each student's "
                                "files into a folder."
                              : " holds no submission: no folder, .zip, .tar.gz or .tgz."));
    }
    std::sort(entries.begin(), entries.end(),
              [](const Entry& one, const Entry& other) { return one.student < other.student; });
    return entries;
}

Submission read_submission(const Entry& entry, const tool::Course& course,
                           const IntakeLimits& limits) {
    Candidates found(course);
    Intake intake(limits, found);
    std::optional<std::string> unreadable_because;
    try {
        const std::string shown = shown_name(entry.path.filename().string());
        const Descriptor opened = open_without_links(AT_FDCWD, entry.path.string());
        struct stat info {};
        if (opened.number() < 0 || fstat(opened.number(), &info) != 0) throw unreadable(shown);
        if (S_ISDIR(info.st_mode)) {
            intake.folder(opened, {});
        } else if (S_ISREG(info.st_mode)) {
            intake.packed(opened.number(), static_cast<std::size_t>(info.st_size), {});
        } else {
            throw Unreadable(shown + " is neither a folder nor a file");
        }
    } catch (const LimitReached& limit) {
        found.note(limit.what());
    } catch (const std::exception& error) { unreadable_because = error.what(); }

    Submission submission = std::move(found).submission(entry.student);
    if (unreadable_because) {
        submission.files.clear();
        submission.unreadable = std::move(unreadable_because);
    }
    return submission;
}

std::string sha256(const std::string& bytes) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int length = 0;
    if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), &length, EVP_sha256(), nullptr) !=
        1) {
        throw tool::KitError("libcrypto cannot compute a SHA-256; is its installation whole?");
    }
    std::string text;
    for (unsigned int i = 0; i < length; ++i) text += fmt::format("{:02x}", digest[i]);
    return text;
}

}  // namespace lab::grade
