// Pages that show what students wrote: text made harmless, and the frame of a page.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace lab::grade {

/// The beginning of a text, with a note when that is not all of it.
std::string shortened(std::string_view text);

/// Text, printable and escaped, as the content of an element or of a quoted attribute.
std::string html_text(std::string_view text);

/// The same for a name, which may run from right to left: the text around it stays as it is.
std::string html_name(std::string_view name);

/// A whole page that needs no other file. `body` is markup. It is well-formed XML, too.
std::string html_page(std::string_view title, const std::string& body);

/// A picture within the page. `alt` says in words what it shows.
///
/// Errors: KitError when the file cannot be read.
std::string html_picture(const std::filesystem::path& svg, const std::string& alt);

/// A table that scrolls within its own box where it is wider than the screen. `rows` is markup.
std::string html_table(std::string_view caption, const std::string& rows);

/// The first line of a page that html_page made begins with this.
extern const std::string_view page_begin;

}  // namespace lab::grade
