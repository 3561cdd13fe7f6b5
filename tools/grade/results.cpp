#include "results.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <span>
#include <utility>

#include "codec.h"
#include "error.h"

namespace lab::grade {
namespace fs = std::filesystem;
using tool::KitError;
namespace {

/// Stands in the database; a kit that changes the tables counts on.
constexpr int schema_version = 1;

constexpr const char* schema = R"(
CREATE TABLE student (
    student TEXT PRIMARY KEY,
    entry   BLOB NOT NULL,   -- the file's name, any bytes
    notes   TEXT NOT NULL    -- a line each
);
CREATE TABLE circumstances (
    id        INTEGER PRIMARY KEY,
    kit       TEXT NOT NULL,
    toolchain TEXT NOT NULL,
    isolation TEXT NOT NULL,
    secret    TEXT NOT NULL,
    UNIQUE (kit, toolchain, isolation, secret)
);
CREATE TABLE lesson (
    student       TEXT NOT NULL REFERENCES student ON DELETE CASCADE,
    lesson        TEXT NOT NULL,
    verdict       TEXT NOT NULL,
    points        REAL NOT NULL,
    max_points    REAL NOT NULL,
    hash          TEXT NOT NULL,
    submitted     INTEGER,   -- seconds since 1970
    seed          INTEGER NOT NULL,
    problem       TEXT NOT NULL,
    warnings      TEXT NOT NULL,
    seconds       REAL NOT NULL,
    graded_at     TEXT NOT NULL,
    circumstances INTEGER NOT NULL REFERENCES circumstances,
    PRIMARY KEY (student, lesson)
);
CREATE TABLE test (
    student    TEXT NOT NULL,
    lesson     TEXT NOT NULL,
    number     INTEGER NOT NULL,
    name       TEXT NOT NULL,
    verdict    TEXT NOT NULL,
    points     REAL NOT NULL,
    max_points REAL NOT NULL,
    message    TEXT NOT NULL,
    diagnosis  TEXT NOT NULL,
    printed    TEXT NOT NULL,
    seconds    REAL NOT NULL,
    comparison BLOB,         -- target's name, yours, target: tests/observe/codec.h
    PRIMARY KEY (student, lesson, number),
    FOREIGN KEY (student, lesson) REFERENCES lesson ON DELETE CASCADE
);
)";

/// Errors: KitError that says what SQLite says.
[[noreturn]] void fail(sqlite3* database) {
    const char* path = sqlite3_db_filename(database, "main");
    const int code = sqlite3_errcode(database);
    std::string advice = "What was graded before is still there.";
    if (code == SQLITE_FULL || code == SQLITE_IOERR) {
        advice =
            "Is the disk full? What was graded before is still there: make room, then type the "
            "same command again.";
    } else if (code == SQLITE_NOTADB || code == SQLITE_CORRUPT) {
        advice =
            "It is no database of ./lab grade, or damaged: move it away, or choose another "
            "folder.";
    } else if (code == SQLITE_READONLY || code == SQLITE_PERM || code == SQLITE_CANTOPEN) {
        advice = "Do you have the right to write there?";
    }
    throw KitError(fmt::format("{}: {}. {}", path && *path ? path : "grades.db",
                               sqlite3_errmsg(database), advice));
}

void execute(sqlite3* database, const char* sql) {
    if (sqlite3_exec(database, sql, nullptr, nullptr, nullptr) != SQLITE_OK) fail(database);
}

/// One prepared statement. Values are bound in the order of the calls, columns are read in order.
class Statement {
public:
    Statement(sqlite3* database, const char* sql) : database_(database) {
        if (sqlite3_prepare_v2(database, sql, -1, &statement_, nullptr) != SQLITE_OK) { give_up(); }
    }
    ~Statement() { sqlite3_finalize(statement_); }
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;

    Statement& bind(const std::string& text) {
        check(sqlite3_bind_text64(statement_, ++bound_, text.data(), text.size(), SQLITE_TRANSIENT,
                                  SQLITE_UTF8));
        return *this;
    }
    Statement& bind(double number) {
        check(sqlite3_bind_double(statement_, ++bound_, number));
        return *this;
    }
    Statement& bind(std::int64_t number) {
        check(sqlite3_bind_int64(statement_, ++bound_, number));
        return *this;
    }
    Statement& bind_bytes(const void* bytes, std::size_t count) {
        check(sqlite3_bind_blob64(statement_, ++bound_, bytes, count, SQLITE_TRANSIENT));
        return *this;
    }
    Statement& bind_nothing() {
        check(sqlite3_bind_null(statement_, ++bound_));
        return *this;
    }

    /// True while there is a row.
    bool step() {
        read_ = 0;
        const int result = sqlite3_step(statement_);
        if (result != SQLITE_ROW && result != SQLITE_DONE) give_up();
        return result == SQLITE_ROW;
    }

    std::string text() {
        // Asked for as bytes, so that a text with a NUL is whole.
        const void* bytes = sqlite3_column_blob(statement_, read_);
        const auto count = static_cast<std::size_t>(sqlite3_column_bytes(statement_, read_++));
        return bytes ? std::string(static_cast<const char*>(bytes), count) : std::string{};
    }
    double number() { return sqlite3_column_double(statement_, read_++); }
    std::int64_t integer() { return sqlite3_column_int64(statement_, read_++); }
    bool is_null() const { return sqlite3_column_type(statement_, read_) == SQLITE_NULL; }

private:
    void check(int result) {
        if (result != SQLITE_OK) give_up();
    }
    [[noreturn]] void give_up() { fail(database_); }

    sqlite3* database_;
    sqlite3_stmt* statement_ = nullptr;
    int bound_ = 0;
    int read_ = 0;
};

/// All of it or nothing.
class Transaction {
public:
    explicit Transaction(sqlite3* database) : database_(database) {
        execute(database_, "BEGIN IMMEDIATE");
    }
    ~Transaction() {
        if (database_) sqlite3_exec(database_, "ROLLBACK", nullptr, nullptr, nullptr);
    }
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;

    void commit() {
        execute(database_, "COMMIT");
        database_ = nullptr;
    }

private:
    sqlite3* database_;
};

observe::Bytes packed(const tool::Comparison& comparison) {
    observe::Writer writer;
    observe::Codec<std::string>::write(writer, comparison.target_name);
    observe::Codec<Matrix>::write(writer, comparison.yours);
    observe::Codec<Matrix>::write(writer, comparison.target);
    return writer.bytes();
}

std::optional<tool::Comparison> unpacked(const std::string& bytes) {
    observe::Reader reader(std::as_bytes(std::span(bytes)));
    tool::Comparison comparison;
    comparison.target_name = observe::Codec<std::string>::read(reader);
    comparison.yours = observe::Codec<Matrix>::read(reader);
    comparison.target = observe::Codec<Matrix>::read(reader);
    if (reader.failed()) return std::nullopt;
    return comparison;
}

/// Held from here on by this process alone, until the descriptor is closed. A kill lets it go.
int lock(const fs::path& directory) {
    const int descriptor = open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) {
        throw KitError(fmt::format("cannot open {}: {}", directory.string(), std::strerror(errno)));
    }
    if (flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
        close(descriptor);
        throw KitError(fmt::format(
            "another ./lab grade is working in {}; wait for it to end, or choose another --out",
            directory.string()));
    }
    return descriptor;
}

}  // namespace

void Results::Close::operator()(sqlite3* database) const { sqlite3_close_v2(database); }

Results::Results(const fs::path& directory, bool writing) : path_(directory / "grades.db") {
    if (writing) {
        std::error_code error;
        fs::create_directories(directory, error);
        if (error) {
            throw KitError(
                fmt::format("cannot make the folder {}: {}", directory.string(), error.message()));
        }
        lock_ = lock(directory);
    } else if (!fs::exists(path_)) {
        throw KitError(
            fmt::format("{} holds no grades.db; type ./lab grade SUBMISSIONS --out {} first",
                        directory.string(), directory.string()));
    }
    sqlite3* database = nullptr;
    // To read after a kill is to roll back what was begun, which writes. Where the file may not be
    // written, SQLite opens it to read.
    const int flags = SQLITE_OPEN_READWRITE | (writing ? SQLITE_OPEN_CREATE : 0);
    const int opened = sqlite3_open_v2(path_.c_str(), &database, flags, nullptr);
    database_.reset(database);
    if (opened != SQLITE_OK) fail(database);
    sqlite3_busy_timeout(database, 10'000);
    execute(database, "PRAGMA foreign_keys = ON; PRAGMA synchronous = FULL");

    Statement version(database, "PRAGMA user_version");
    version.step();
    const std::int64_t found = version.integer();
    if (found == 0 && writing) {
        Transaction transaction(database);
        execute(database, schema);
        execute(database, fmt::format("PRAGMA user_version = {}", schema_version).c_str());
        transaction.commit();
    } else if (found != schema_version) {
        throw KitError(fmt::format(
            "{} was made by another version of the kit, or by another program; choose another "
            "folder with --out and grade again",
            path_.string()));
    }
}

Results::Results(Results&& other) noexcept
    : path_(std::move(other.path_)),
      lock_(std::exchange(other.lock_, -1)),
      database_(std::move(other.database_)) {}

Results::~Results() {
    database_.reset();
    if (lock_ >= 0) close(lock_);
}

Results Results::open_to_grade(const fs::path& directory) { return {directory, true}; }

Results Results::open_to_read(const fs::path& directory) { return {directory, false}; }

void Results::put(const StudentRow& row) {
    std::string notes;
    for (const std::string& note : row.notes) notes += note + "\n";
    // Not REPLACE, which would take the student's lessons away.
    Statement statement(database_.get(),
                        "INSERT INTO student VALUES (?, ?, ?) ON CONFLICT (student) DO UPDATE SET "
                        "entry = excluded.entry, notes = excluded.notes");
    statement.bind(row.student).bind_bytes(row.entry.data(), row.entry.size()).bind(notes).step();
}

void Results::put(const LessonRow& row) {
    sqlite3* database = database_.get();
    Transaction transaction(database);
    const Circumstances& how = row.circumstances;
    Statement(database,
              "INSERT OR IGNORE INTO circumstances (kit, toolchain, isolation, secret) "
              "VALUES (?, ?, ?, ?)")
        .bind(how.kit)
        .bind(how.toolchain)
        .bind(how.isolation)
        .bind(how.secret)
        .step();
    Statement(database, "DELETE FROM lesson WHERE student = ? AND lesson = ?")
        .bind(row.student)
        .bind(row.lesson)
        .step();
    Statement lesson(
        database,
        "INSERT INTO lesson VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
        "(SELECT id FROM circumstances WHERE kit = ? AND toolchain = ? AND isolation = "
        "? AND secret = ?))");
    lesson.bind(row.student).bind(row.lesson).bind(row.verdict);
    lesson.bind(row.points).bind(row.max_points).bind(row.hash);
    if (row.submitted) lesson.bind(*row.submitted);
    else lesson.bind_nothing();
    lesson.bind(static_cast<std::int64_t>(row.seed)).bind(row.problem).bind(row.warnings);
    lesson.bind(row.seconds).bind(row.graded_at);
    lesson.bind(how.kit).bind(how.toolchain).bind(how.isolation).bind(how.secret).step();

    for (std::size_t i = 0; i < row.tests.size(); ++i) {
        const TestRow& test = row.tests[i];
        Statement statement(database,
                            "INSERT INTO test VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
        statement.bind(row.student).bind(row.lesson).bind(static_cast<std::int64_t>(i));
        statement.bind(test.name).bind(test.verdict).bind(test.points).bind(test.max_points);
        statement.bind(test.message).bind(test.diagnosis).bind(test.printed).bind(test.seconds);
        if (test.comparison) {
            const observe::Bytes bytes = packed(*test.comparison);
            statement.bind_bytes(bytes.data(), bytes.size());
        } else {
            statement.bind_nothing();
        }
        statement.step();
    }
    transaction.commit();
}

std::vector<StudentRow> Results::students() const {
    Statement statement(database_.get(),
                        "SELECT student, entry, notes FROM student ORDER BY student");
    std::vector<StudentRow> rows;
    while (statement.step()) {
        StudentRow& row = rows.emplace_back();
        row.student = statement.text();
        row.entry = statement.text();
        const std::string notes = statement.text();
        for (std::size_t start = 0; start < notes.size();) {
            const std::size_t end = notes.find('\n', start);
            row.notes.push_back(notes.substr(start, end - start));
            start = end + 1;
        }
    }
    return rows;
}

namespace {

constexpr const char* lesson_columns =
    "SELECT student, lesson, verdict, points, max_points, hash, submitted, seed, problem, "
    "warnings, "
    "seconds, graded_at, kit, toolchain, isolation, secret FROM lesson JOIN circumstances ON id = "
    "circumstances WHERE student = ? ";

LessonRow lesson_from(Statement& statement) {
    LessonRow row;
    row.student = statement.text();
    row.lesson = statement.text();
    row.verdict = statement.text();
    row.points = statement.number();
    row.max_points = statement.number();
    row.hash = statement.text();
    if (statement.is_null()) statement.integer();
    else row.submitted = statement.integer();
    row.seed = static_cast<std::uint32_t>(statement.integer());
    row.problem = statement.text();
    row.warnings = statement.text();
    row.seconds = statement.number();
    row.graded_at = statement.text();
    row.circumstances.kit = statement.text();
    row.circumstances.toolchain = statement.text();
    row.circumstances.isolation = statement.text();
    row.circumstances.secret = statement.text();
    return row;
}

std::vector<TestRow> tests_of(sqlite3* database, const LessonRow& lesson) {
    Statement statement(database,
                        "SELECT name, verdict, points, max_points, message, diagnosis, printed, "
                        "seconds, comparison FROM test WHERE student = ? AND lesson = ? ORDER BY "
                        "number");
    statement.bind(lesson.student).bind(lesson.lesson);
    std::vector<TestRow> rows;
    while (statement.step()) {
        TestRow& row = rows.emplace_back();
        row.name = statement.text();
        row.verdict = statement.text();
        row.points = statement.number();
        row.max_points = statement.number();
        row.message = statement.text();
        row.diagnosis = statement.text();
        row.printed = statement.text();
        row.seconds = statement.number();
        if (!statement.is_null()) row.comparison = unpacked(statement.text());
    }
    return rows;
}

}  // namespace

std::vector<LessonRow> Results::lessons(const std::string& student, bool with_tests) const {
    Statement statement(database_.get(), (std::string(lesson_columns) + "ORDER BY lesson").c_str());
    statement.bind(student);
    std::vector<LessonRow> rows;
    while (statement.step()) {
        rows.push_back(lesson_from(statement));
        if (with_tests) rows.back().tests = tests_of(database_.get(), rows.back());
    }
    return rows;
}

std::optional<LessonRow> Results::lesson(const std::string& student,
                                         const std::string& lesson) const {
    Statement statement(database_.get(), (std::string(lesson_columns) + "AND lesson = ?").c_str());
    statement.bind(student).bind(lesson);
    if (!statement.step()) return std::nullopt;
    LessonRow row = lesson_from(statement);
    row.tests = tests_of(database_.get(), row);
    return row;
}

}  // namespace lab::grade
