#pragma once

#include <filesystem>

#include "lab.h"

namespace lab {

/// The numbers of a CSV file whose first line is a header: one row for each further line. Lines may
/// end as on Windows (CRLF), and the last one need not end at all.
///
/// Shape:  (lines after the header, columns), at least one row.
/// Errors: std::runtime_error for a file that cannot be read or has no row of numbers, and for a
///         line that is not `columns` finite numbers with commas between; the message names the
///         file and the line, counted from 1, and says what to do.
Matrix read_csv(const std::filesystem::path& file, Index columns);

}  // namespace lab
