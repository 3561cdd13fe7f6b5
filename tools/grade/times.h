// When students handed in, as their learning platform knows it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>

namespace lab::grade {

/// Seconds since 1970 of a date and time with its offset from UTC: 2026-12-01T22:10:00+01:00, or
/// with Z. None when it is no such thing. Source: RFC 3339.
std::optional<std::int64_t> parse_time(const std::string& text);

/// A CSV file with the columns student (an entry's name, with or without its extension) and
/// submitted. Keys are shown_name of the names.
///
/// Errors: KitError that names the file and the line.
std::map<std::string, std::int64_t> read_times(const std::filesystem::path& path);

}  // namespace lab::grade
