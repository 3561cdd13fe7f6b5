#include "times.h"

#include <fmt/format.h>

#include <chrono>
#include <regex>

#include "course.h"
#include "csv_table.h"
#include "error.h"
#include "submissions.h"

namespace lab::grade {
using tool::KitError;

std::optional<std::int64_t> parse_time(const std::string& text) {
    static const std::regex form(
        R"((\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.\d+)?(?:[Zz]|([+-])(\d\d):?(\d\d)))");
    std::smatch match;
    if (!std::regex_match(text, match, form)) return std::nullopt;
    const auto number = [&](std::size_t group) {
        return match[group].matched ? std::stoi(match[group]) : 0;
    };
    using namespace std::chrono;
    const year_month_day day{year{number(1)}, month{static_cast<unsigned>(number(2))},
                             std::chrono::day{static_cast<unsigned>(number(3))}};
    if (!day.ok() || number(4) > 23 || number(5) > 59 || number(6) > 60) return std::nullopt;
    seconds time = sys_days{day}.time_since_epoch() + hours{number(4)} + minutes{number(5)} +
                   seconds{number(6)};
    const seconds offset = hours{number(8)} + minutes{number(9)};
    time += match[7] == "-" ? offset : -offset;
    return time.count();
}

std::map<std::string, std::int64_t> read_times(const std::filesystem::path& path) {
    const CsvTable table(tool::read_file(path), path.string());
    std::size_t student = 0, submitted = 0;
    const std::size_t columns = table.header().cells.size();
    while (student < columns && table.header().at(student) != "student") ++student;
    while (submitted < columns && table.header().at(submitted) != "submitted") ++submitted;
    if (student == columns || submitted == columns) {
        throw KitError(fmt::format("{}: the first line must name the columns student and submitted",
                                   path.string()));
    }
    std::map<std::string, std::int64_t> times;
    for (std::size_t i = 1; i < table.rows().size(); ++i) {
        const CsvRow& row = table.rows()[i];
        const auto time = parse_time(row.at(submitted));
        if (!time) {
            throw KitError(
                fmt::format("{}:{}: '{}' is no time with its offset, as 2026-12-01T22:10:00+01:00",
                            path.string(), row.line, row.at(submitted)));
        }
        const auto [place, is_new] = times.emplace(shown_name(row.at(student)), *time);
        if (!is_new && place->second != *time) {
            throw KitError(fmt::format("{}:{}: there are two times for {}", path.string(), row.line,
                                       place->first));
        }
    }
    return times;
}

}  // namespace lab::grade
