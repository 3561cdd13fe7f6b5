// A CSV file as it was exported by another program, of which single cells are replaced.
//
// No library serves here: they give back what the cells mean, and a file that is to be imported
// again has to keep its quotes, delimiters and line ends as they are.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace lab::grade {

struct CsvCell {
    std::string value;               ///< without quotes
    std::size_t begin = 0, end = 0;  ///< its bytes in the file, quotes included
};

struct CsvRow {
    std::vector<CsvCell> cells;
    std::size_t line = 0;  ///< where it begins, counted from 1

    /// The cell's value, without the spaces around it; empty where the row is too short.
    std::string at(std::size_t column) const;
};

class CsvTable {
public:
    /// Takes commas, semicolons or tabs, whichever the first line has most of, any line ends and a
    /// byte order mark. Lines with nothing in them are left out of rows().
    ///
    /// Errors: KitError that begins with `name`: UTF-16, an open quote, no line at all.
    /// Source: RFC 4180.
    CsvTable(std::string bytes, const std::string& name);

    const CsvRow& header() const { return rows_.front(); }
    /// The first one is the header.
    const std::vector<CsvRow>& rows() const { return rows_; }

    /// Puts a text in the cell's place, in quotes if the cell had them or the text needs them.
    void replace(const CsvCell& cell, const std::string& text);

    /// Commas before decimals, as far as can be told: by a number in these columns, else by the
    /// delimiter, which is a semicolon where commas are taken.
    bool decimal_comma(const std::vector<std::size_t>& columns) const;

    /// The file's bytes, with what was replaced.
    std::string bytes() const;

private:
    struct Replacement {
        std::size_t begin, end;
        std::string text;
    };

    std::string bytes_;
    char delimiter_ = ',';
    std::vector<CsvRow> rows_;
    std::vector<Replacement> replacements_;
};

/// "100", "12.5" or "12,50".
bool is_number(const std::string& text);

}  // namespace lab::grade
