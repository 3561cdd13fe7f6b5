// Verdict: failed
// Markup and quotes that would end a page, a table or a query.
#include <cstdio>
#include <stdexcept>

#include "inverted_scaling.h"

namespace lab {

Matrix dropout_forward(const Matrix& x, const Matrix& mask, double p) {
    const char* text =
        "</td></table><script>alert('passed')</script>\"; DROP TABLE lessons; -- ]]> =1+1 `rm -rf "
        "/`";
    std::puts(text);
    throw std::runtime_error(text);
}

}  // namespace lab
