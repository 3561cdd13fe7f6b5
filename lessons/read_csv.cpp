#include "read_csv.h"

#include <charconv>
#include <cmath>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace lab {

namespace {

[[noreturn]] void fail(const std::filesystem::path& file, Index line, const std::string& what) {
    throw std::runtime_error{file.string() + ", line " + std::to_string(line) + ": " + what};
}

/// The whole of `cell` as a number; NaN when it is none.
float number_in(std::string_view cell) {
    float value = 0;
    const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
    const bool whole = error == std::errc{} && end == cell.data() + cell.size();
    return whole ? value : std::nanf("");
}

}  // namespace

Matrix read_csv(const std::filesystem::path& file, Index columns) {
    std::ifstream in(file);
    if (!in) {
        throw std::runtime_error{file.string() +
                                 " cannot be read. Does it exist, seen from the folder in which "
                                 "you started the program? \"git checkout data\" brings it back."};
    }
    std::vector<float> numbers;
    std::string text;
    Index line = 0;
    while (std::getline(in, text)) {
        if (++line == 1) continue;  // the header
        if (!text.empty() && text.back() == '\r') text.pop_back();
        const std::size_t before = numbers.size();
        std::string_view rest = text;
        for (bool more = true; more;) {
            const std::size_t comma = rest.find(',');
            const std::string_view cell = rest.substr(0, comma);
            numbers.push_back(number_in(cell));
            if (!std::isfinite(numbers.back())) {
                fail(file, line,
                     "\"" + std::string(cell) +
                         "\" is not a finite number. Write it like -1.5 or " +
                         "2e-3, or remove the line.");
            }
            more = comma != std::string_view::npos;
            if (more) rest.remove_prefix(comma + 1);
        }
        const auto found = static_cast<Index>(numbers.size() - before);
        if (found != columns) {
            fail(file, line,
                 std::to_string(found) + " numbers, but " + std::to_string(columns) +
                     " columns are asked for. Add or remove some, or ask for another count.");
        }
    }
    if (numbers.empty()) {
        fail(file, line + 1,
             "there is no row of numbers. The first line is a header; the numbers start below it.");
    }
    return Eigen::Map<const Matrix>(numbers.data(), line - 1, columns);
}

}  // namespace lab
