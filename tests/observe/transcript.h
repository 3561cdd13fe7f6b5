// The transcript: what a recorder saw a student's functions do, as bytes.
//
// A recorder runs untrusted code, so these bytes may be anything: cut off in the middle, or forged.
// Whoever reads them takes nothing for granted: each size is checked against the bytes that are
// really there before anything is allocated, and reading stops at the first thing that is wrong.
//
// Layout: frames of { u8 type, u32 length, length bytes }, in the machine's own byte order (both
// ends run on one machine).
//   begin     { u32 part, u32 ordinal }       a call into the student's code is about to be made
//   outcome   { u8 kind, payload }            what the call begun last returned or threw
//   finished  { }                             the test case ran to its end
// A recorder that runs its test case with several seeds writes one transcript after the other.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lab::observe {

using Bytes = std::vector<std::byte>;
using ByteView = std::span<const std::byte>;

/// The descriptor on which a recorder finds its transcript.
constexpr int transcript_descriptor = 3;

/// The longest transcript that is read, in bytes. The lessons' own stay below 2 MiB.
constexpr std::size_t max_transcript_bytes = 16u << 20;

/// The longest text of an exception that is kept, in bytes.
constexpr std::size_t max_text_bytes = 4096;

enum class FrameType : std::uint8_t { begin = 1, outcome = 2, finished = 3 };

/// How a call into the student's code ended.
enum class OutcomeKind : std::uint8_t {
    value,            ///< returned; the payload is the value
    threw,            ///< payload: u32 standard bases, text type, text what()
    eigen_assertion,  ///< payload: text of the expression
    not_written,      ///< payload: text what()
    skipped,          ///< it needed the value of a call that gave none; no payload
};

/// Reads values from bytes that are not trusted. After the first failure every read fails.
class Reader {
public:
    explicit Reader(ByteView bytes) : rest_(bytes) {}

    /// The next sizeof(T) bytes as a number, or 0 after a failure.
    template <typename T>
    T number() {
        T value{};
        take(&value, sizeof value);
        return value;
    }

    /// A text of u32 length and that many bytes; at most max_text_bytes.
    std::string text();

    /// Copies count bytes to destination, or fails. The caller has checked count against
    /// remaining().
    void take(void* destination, std::size_t count);

    ByteView view(std::size_t count);

    void fail() { failed_ = true; }
    bool failed() const { return failed_; }
    std::size_t remaining() const { return failed_ ? 0 : rest_.size(); }

private:
    ByteView rest_;
    bool failed_ = false;
};

/// Appends values in the form that Reader reads.
class Writer {
public:
    template <typename T>
    void number(T value) {
        append(&value, sizeof value);
    }
    void text(std::string_view text);
    void append(const void* source, std::size_t count);
    const Bytes& bytes() const { return bytes_; }

private:
    Bytes bytes_;
};

/// One whole frame, ready to be written.
Bytes frame(FrameType type, ByteView payload);

/// One call into the student's code.
struct Entry {
    std::uint32_t part = 0;           ///< Catch2's part number of the test case
    std::uint32_t ordinal = 0;        ///< counts the observations within the part, from 0
    std::optional<OutcomeKind> kind;  ///< none: the call did not come back
    ByteView payload;                 ///< points into the bytes that were read
};

/// What could be read of a transcript, up to its end or to the first thing that is wrong.
struct Transcript {
    std::vector<Entry> entries;
    bool finished = false;  ///< the frame `finished` was there

    const Entry* find(std::uint32_t part, std::uint32_t ordinal) const;
};

/// The transcripts that stand one after the other, at most `most`; what follows the first one that
/// is not finished is not read. Never throws on account of the bytes. The result points into them.
std::vector<Transcript> read_transcripts(ByteView bytes, std::size_t most);

/// The one transcript that these bytes are; not finished when anything follows it.
Transcript read_transcript(ByteView bytes);

}  // namespace lab::observe
