// The reader of data/ that is given to students: what it takes, and what it says when it does not.
#include "read_csv.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "folder.h"
#include "scratch.h"

using namespace lab;
namespace fs = std::filesystem;

namespace {

/// The table in a file with this text.
Matrix read(const std::string& text, Index columns) {
    const tool::TemporaryFolder folder;
    tool::write_file(folder.path() / "table.csv", text);
    return read_csv(folder.path() / "table.csv", columns);
}

/// What read_csv says of a file with this text, from the file's name on; empty when it takes it.
std::string complaint(const std::string& text, Index columns) {
    try {
        read(text, columns);
        return "";
    } catch (const std::runtime_error& error) {
        const std::string message = error.what();
        return message.substr(std::min(message.size(), message.find("table.csv")));
    }
}

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a table is read below its header, whatever the lines end with", "[csv]") {
    const std::string text =
        GENERATE("a,b,c\n1,-2.5,3e2\n0,.5,-1e-3\n", "a,b,c\n1,-2.5,3e2\n0,.5,-1e-3",
                 "a,b,c\r\n1,-2.5,3e2\r\n0,.5,-1e-3\r\n", "a,b,c\r\n1,-2.5,3e2\r\n0,.5,-1e-3\r",
                 "a,b,c\r\n1,-2.5,3e2\r\n0,.5,-1e-3", "\n1,-2.5,3e2\n0,.5,-1e-3\n");
    Matrix expected(2, 3);
    expected << 1, -2.5F, 300, 0, 0.5F, -1e-3F;
    CHECK(read(text, 3) == expected);
}

TEST_CASE("a single column and a single row are tables too", "[csv]") {
    CHECK(read("x\n1\n2\n", 1) == Matrix(Eigen::Vector2f(1, 2)));
    CHECK(read("x,y\n1,2\n", 2) == Matrix(Eigen::RowVector2f(1, 2)));
}

TEST_CASE("the kit's own tables are whole", "[csv]") {
    const fs::path data = kit::course().root / "data";
    const Matrix parabola = read_csv(data / "parabola.csv", 2);
    CHECK(parabola.rows() == 10);
    CHECK((parabola.col(0).array().square() - parabola.col(1).array()).abs().maxCoeff() < 20);
    const Matrix digits = read_csv(data / "digits.csv", 65);
    CHECK(digits.rows() == 1797);
    CHECK(digits.leftCols(64).minCoeff() == 0);
    CHECK(digits.leftCols(64).maxCoeff() == 16);
    for (int digit = 0; digit < 10; ++digit) {
        const auto count = (digits.col(64).array() == static_cast<float>(digit)).count();
        CHECK(count >= 174);
        CHECK(count <= 183);
    }
}

TEST_CASE("what is no table of finite numbers is refused, with its line and what to do", "[csv]") {
    CHECK(
        complaint("x,y\n1,2\n3\n", 2) ==
        "table.csv, line 3: 1 numbers, but 2 columns are asked for. Add or remove some, or ask for "
        "another count.");
    CHECK(contains(complaint("x,y\n1,2,3\n", 2), "table.csv, line 2: 3 numbers, but 2 columns"));
    CHECK(complaint("x,y\n1,2\n3,four\n", 2) ==
          "table.csv, line 3: \"four\" is not a finite number. Write it like -1.5 or 2e-3, or "
          "remove the "
          "line.");
    for (const char* cell : {"nan", "NaN", "inf", "-inf", "1e99", "", " ", "1 ", " 1", "+1",
                             "1.2.3", "0x10", "1;2", "--1", "\"1\"", "1,", ",1"}) {
        INFO(cell);
        CHECK(contains(complaint(std::string("x,y\n1,2\n3,") + cell + "\n", 2),
                       "table.csv, line 3: "));
    }
    CHECK(contains(complaint("x,y\n1,2\n\n3,4\n", 2),
                   "table.csv, line 3: \"\" is not a finite number"));
    for (const char* text : {"", "x,y", "x,y\n", "x,y\r\n"}) {
        INFO(text);
        CHECK(contains(complaint(text, 2), "there is no row of numbers"));
    }
    CHECK(contains(complaint("x,y\n", 2), "table.csv, line 2: there is no row"));
}

TEST_CASE("a file that is not there, or is a folder, is named", "[csv]") {
    const fs::path missing = "no/such/file.csv";
    const auto said = [](const fs::path& path) -> std::string {
        try {
            read_csv(path, 2);
            return "";
        } catch (const std::runtime_error& error) { return error.what(); }
    };
    CHECK(contains(said(missing), "no/such/file.csv cannot be read"));
    CHECK(contains(said(missing), "git checkout data"));
    CHECK(contains(said(fs::temp_directory_path()), fs::temp_directory_path().string()));
}
