#include "html.h"

#include <fmt/format.h>

#include "course.h"
#include "escape.h"
#include "text.h"

namespace lab::grade {
namespace {

/// Dark on white; no size in pixels, and no meaning in a colour alone.
constexpr std::string_view style = R"(
body { margin: 0 auto; max-width: 60rem; padding: 1rem; color: #111; background: #fff;
       font: 1rem/1.5 system-ui, sans-serif; }
h1, h2, h3, p, li { overflow-wrap: anywhere; }
h1, h2, h3 { line-height: 1.25; }
h2 { margin-top: 2.5rem; padding-top: .5rem; border-top: 1px solid #767676; }
a { color: #0b4f8a; }
code { font-size: .9em; }
pre { margin: .5rem 0 1rem; padding: .5rem .75rem; border-left: .25rem solid #767676;
      background: #f4f4f4; font-size: .9rem; white-space: pre-wrap; overflow-wrap: anywhere; }
ul.tests { padding: 0; list-style: none; }
ul.tests > li { margin: .25rem 0; padding-left: 1.75rem; text-indent: -1.75rem; }
ul.tests .mark { display: inline-block; width: 1.75rem; font-weight: bold; text-indent: 0; }
.alarm { padding: .25rem 1rem 1rem; border: .2rem solid #a00; }
.alarm h2 { margin-top: .5rem; border: 0; }
.wide { margin: 1rem 0; overflow-x: auto; }
table { border-collapse: collapse; }
caption { padding: .25rem 0; font-weight: bold; text-align: left; }
th, td { padding: .3rem .6rem; border-bottom: 1px solid #bbb; text-align: left;
         vertical-align: top; }
th[scope=row] { min-width: 10rem; max-width: 22rem; font-weight: normal; overflow-wrap: anywhere; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
td.number { white-space: nowrap; }
figure { margin: 0; }
img { display: block; width: 100%; min-width: 42rem; height: auto; }
@media (max-width: 40rem) {
  th[scope=row] { min-width: 7rem; max-width: 9rem; }
  th, td { padding: .3rem .4rem; }
}
@media print {
  body { max-width: none; padding: 0; font-size: 10pt; }
  pre { background: none; }
  .wide { overflow: visible; }
  img { min-width: 0; max-width: 16cm; }
  h1, h2, h3 { break-after: avoid; }
  tr, li, figure { break-inside: avoid; }
  a { color: inherit; text-decoration: none; }
}
)";

}  // namespace

const std::string_view page_begin = "<!DOCTYPE html>\n<!-- Dropout Lab's report -->\n";

std::string shortened(std::string_view text) {
    constexpr std::size_t most_bytes = 6000, most_lines = 80;
    std::size_t end = 0, lines = 0;
    while (end < text.size() && end < most_bytes && lines < most_lines) {
        if (text[end++] == '\n') ++lines;
    }
    // Not within a character.
    while (end < text.size() && end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) {
        --end;
    }
    std::string result(text.substr(0, end));
    if (end == text.size()) return result;
    if (result.empty() || result.back() != '\n') result += '\n';
    return result + fmt::format("… shortened: the first {} of {} bytes", end, text.size());
}

std::string html_text(std::string_view text) { return markup_escaped(text); }

std::string html_name(std::string_view name) {
    return fmt::format("<bdi>{}</bdi>", html_text(name));
}

std::string html_page(std::string_view title, const std::string& body) {
    return fmt::format(
        R"({}<html lang="en">
<head>
<meta charset="utf-8"/>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"/>
<meta name="viewport" content="width=device-width, initial-scale=1"/>
<meta name="referrer" content="no-referrer"/>
<meta name="robots" content="noindex"/>
<title>{}</title>
<style>{}</style>
</head>
<body>
<main>
{}</main>
</body>
</html>
)",
        page_begin, html_text(title), style, body);
}

std::string html_picture(const std::filesystem::path& svg, const std::string& alt) {
    // Percent-encoding: gnuplot's text stays legible, and shorter than in base 64.
    std::string data;
    for (const char c : tool::read_file(svg)) {
        const auto byte = static_cast<unsigned char>(c);
        constexpr std::string_view plain = " -_.,;:!*()/=+'";
        const bool kept = (byte < 0x80 && std::isalnum(byte)) || plain.find(c) != plain.npos;
        if (kept) data += c;
        else data += fmt::format("%{:02X}", byte);
    }
    return fmt::format(
        "<figure class=\"wide\" tabindex=\"0\"><img src=\"data:image/svg+xml,{}\" "
        "alt=\"{}\"/></figure>\n",
        data, html_text(alt));
}

std::string html_table(std::string_view caption, const std::string& rows) {
    return fmt::format(
        "<div class=\"wide\" role=\"region\" aria-label=\"{0}\" tabindex=\"0\"><table>\n"
        "<caption>{0}</caption>\n{1}</table></div>\n",
        html_text(caption), rows);
}

}  // namespace lab::grade
