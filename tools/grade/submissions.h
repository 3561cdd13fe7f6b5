// What students handed in. A submission is data: names are never part of a command line, an archive
// never writes a file, and only the files that course.toml names are taken.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "course.h"

namespace lab::grade {

/// One student's entry in the folder of submissions.
struct Entry {
    std::filesystem::path path;
    std::string student;  ///< the name without .zip or .tar.gz; see shown_name
};

/// A lesson's file, as it was handed in.
struct SubmittedFile {
    std::string lesson;  ///< "02_inverted_scaling"
    std::string content;
    std::string found_at;   ///< within the entry, fit to be shown
    std::int64_t time = 0;  ///< when the file was last changed, seconds since 1970, by the entry
};

struct Submission {
    std::string student;
    std::vector<SubmittedFile> files;  ///< at most one for each lesson, in the course's order
    std::vector<std::string> notes;  ///< what was ignored, refused or chosen, and why; a line each
    /// Why nothing could be read, when that is not the student's doing (no permission, a failing
    /// disk): such a submission is no zero. A broken archive is the student's, and a note.
    std::optional<std::string> unreadable;
};

/// What of a submission is looked at, at most.
struct IntakeLimits {
    std::size_t files = 20'000;              ///< entries of an archive or a folder
    std::size_t file_bytes = 1u << 20;       ///< of one file that is taken
    std::size_t archive_bytes = 512u << 20;  ///< unpacked
    std::size_t ratio = 200;                 ///< unpacked to packed, beyond the first MiB
};

/// A name as valid UTF-8 on one line: what is neither, and a backslash, is shown as \xNN. Different
/// names stay different.
std::string shown_name(const std::string& name);

/// The entries of the folder, in the order of their students: folders, .zip, .tar.gz, .tgz. Other
/// things, and hidden ones, are skipped and named in `notes`. Two entries of one student are both
/// listed, the second one with its extension as a part of the student's name, and noted.
///
/// Errors: KitError when it is no folder, cannot be read, or holds no entry.
std::vector<Entry> list_entries(const std::filesystem::path& folder,
                                std::vector<std::string>& notes);

/// Reads one entry. Whatever is in it, this returns. An archive that stands directly in a student's
/// folder, where an LMS puts what was uploaded, is read as a part of it; an archive within an
/// archive is not.
///
/// Of several candidates for a lesson this one is taken: in which something is written; with its
/// exact name, not one that a browser or an LMS has changed; in the lesson's folder; the newest;
/// the least deep; the first by name.
Submission read_submission(const Entry& entry, const tool::Course& course,
                           const IntakeLimits& limits = {});

/// SHA-256 in hexadecimal digits.
std::string sha256(const std::string& bytes);

}  // namespace lab::grade
