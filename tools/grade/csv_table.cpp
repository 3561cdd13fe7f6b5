#include "csv_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <regex>

#include "error.h"
#include "escape.h"

namespace lab::grade {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

/// The one that the first line has most of, quoted text aside.
char delimiter_of(const std::string& bytes, std::size_t start) {
    std::size_t commas = 0, semicolons = 0, tabs = 0;
    bool quoted = false;
    for (std::size_t i = start; i < bytes.size(); ++i) {
        const char c = bytes[i];
        if (c == '"') quoted = !quoted;
        if (quoted) continue;
        if (c == '\n' || c == '\r') break;
        if (c == ',') ++commas;
        if (c == ';') ++semicolons;
        if (c == '\t') ++tabs;
    }
    const std::size_t most = std::max({commas, semicolons, tabs});
    return most == commas ? ',' : most == semicolons ? ';' : '\t';
}

}  // namespace

std::string CsvRow::at(std::size_t column) const {
    if (column >= cells.size()) return "";
    const std::string& value = cells[column].value;
    const std::size_t first = value.find_first_not_of(" \t");
    if (first == std::string::npos) return "";
    return value.substr(first, value.find_last_not_of(" \t") - first + 1);
}

CsvTable::CsvTable(std::string bytes, const std::string& name) : bytes_(std::move(bytes)) {
    if (bytes_.starts_with("\xFF\xFE") || bytes_.starts_with("\xFE\xFF")) {
        throw tool::KitError(name + ": this is UTF-16; save it as CSV in UTF-8");
    }
    std::size_t at = bytes_.starts_with(byte_order_mark) ? byte_order_mark.size() : 0;
    delimiter_ = delimiter_of(bytes_, at);
    const auto ends_cell = [&](char c) { return c == delimiter_ || c == '\n' || c == '\r'; };
    std::size_t line = 1;
    while (at < bytes_.size()) {
        CsvRow row;
        row.line = line;
        bool row_ends = false;
        while (!row_ends) {
            CsvCell cell;
            cell.begin = at;
            if (at < bytes_.size() && bytes_[at] == '"') {
                const std::size_t opened = line;
                for (++at;; ++at) {
                    if (at >= bytes_.size()) {
                        throw tool::KitError(fmt::format(
                            "{}:{}: a quote is opened and never closed; export the file again",
                            name, opened));
                    }
                    if (bytes_[at] == '\n') ++line;
                    if (bytes_[at] == '"') {
                        if (at + 1 >= bytes_.size() || bytes_[at + 1] != '"') break;
                        ++at;
                    }
                    cell.value += bytes_[at];
                }
                ++at;
            }
            while (at < bytes_.size() && !ends_cell(bytes_[at])) cell.value += bytes_[at++];
            cell.end = at;
            row.cells.push_back(std::move(cell));
            row_ends = at >= bytes_.size() || bytes_[at] != delimiter_;
            if (!row_ends) ++at;
        }
        if (at < bytes_.size()) {
            at += bytes_[at] == '\r' && at + 1 < bytes_.size() && bytes_[at + 1] == '\n' ? 2 : 1;
            ++line;
        }
        if (std::any_of(row.cells.begin(), row.cells.end(),
                        [](const CsvCell& cell) { return !cell.value.empty(); })) {
            rows_.push_back(std::move(row));
        }
    }
    if (rows_.empty()) throw tool::KitError(name + ": the file is empty; export it again");
}

void CsvTable::replace(const CsvCell& cell, const std::string& text) {
    std::string written = csv_cell(text, delimiter_);
    const bool was_quoted = cell.end > cell.begin && bytes_[cell.begin] == '"';
    if (was_quoted && !written.starts_with('"')) written = '"' + written + '"';
    replacements_.push_back({cell.begin, cell.end, std::move(written)});
}

bool CsvTable::decimal_comma(const std::vector<std::size_t>& columns) const {
    for (const CsvRow& row : rows_) {
        for (const std::size_t column : columns) {
            const std::string value = row.at(column);
            if (!is_number(value)) continue;
            if (value.find(',') != std::string::npos) return true;
            if (value.find('.') != std::string::npos) return false;
        }
    }
    return delimiter_ == ';';
}

std::string CsvTable::bytes() const {
    std::vector<Replacement> in_order = replacements_;
    std::sort(in_order.begin(), in_order.end(),
              [](const Replacement& a, const Replacement& b) { return a.begin < b.begin; });
    std::string result;
    std::size_t copied = 0;
    for (const Replacement& one : in_order) {
        result += bytes_.substr(copied, one.begin - copied) + one.text;
        copied = one.end;
    }
    return result + bytes_.substr(copied);
}

bool is_number(const std::string& text) {
    static const std::regex number("[0-9]+([.,][0-9]+)?");
    return std::regex_match(text, number);
}

}  // namespace lab::grade
