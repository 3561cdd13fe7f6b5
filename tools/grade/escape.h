// Text that students chose (names, messages), made fit for HTML, XML and CSV. No other place
// escapes.
#pragma once

#include <string>
#include <string_view>

namespace lab::grade {

/// As the text of an element or the value of an attribute, in HTML and in XML. What XML 1.0 cannot
/// hold at all (control characters, invalid UTF-8) is shown as tool::printable shows it.
std::string markup_escaped(std::string_view text);

/// One cell of a CSV file, in quotes where it needs them.
///
/// Source: RFC 4180.
std::string csv_cell(std::string_view text, char delimiter = ',');

/// The same for text that is to be read by a spreadsheet: where that would take it for a formula,
/// an apostrophe stands before it. Not for numbers.
///
/// Source: OWASP, CSV Injection.
std::string spreadsheet_cell(std::string_view text, char delimiter = ',');

}  // namespace lab::grade
