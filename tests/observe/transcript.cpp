#include "transcript.h"

#include <algorithm>
#include <cstring>

namespace lab::observe {

void Reader::take(void* destination, std::size_t count) {
    if (failed_ || count > rest_.size()) {
        failed_ = true;
        return;
    }
    if (count > 0) std::memcpy(destination, rest_.data(), count);
    rest_ = rest_.subspan(count);
}

ByteView Reader::view(std::size_t count) {
    if (failed_ || count > rest_.size()) {
        failed_ = true;
        return {};
    }
    const ByteView result = rest_.first(count);
    rest_ = rest_.subspan(count);
    return result;
}

std::string Reader::text() {
    const auto length = number<std::uint32_t>();
    if (failed_ || length > max_text_bytes || length > rest_.size()) {
        failed_ = true;
        return {};
    }
    std::string result(length, '\0');
    take(result.data(), length);
    return result;
}

void Writer::append(const void* source, std::size_t count) {
    const auto* first = static_cast<const std::byte*>(source);
    bytes_.insert(bytes_.end(), first, first + count);
}

void Writer::text(std::string_view text) {
    const std::string_view kept = text.substr(0, max_text_bytes);
    number(static_cast<std::uint32_t>(kept.size()));
    append(kept.data(), kept.size());
}

Bytes frame(FrameType type, ByteView payload) {
    Writer writer;
    writer.number(type);
    writer.number(static_cast<std::uint32_t>(payload.size()));
    writer.append(payload.data(), payload.size());
    return writer.bytes();
}

const Entry* Transcript::find(std::uint32_t part, std::uint32_t ordinal) const {
    const auto found = std::find_if(entries.begin(), entries.end(), [&](const Entry& entry) {
        return entry.part == part && entry.ordinal == ordinal;
    });
    return found == entries.end() ? nullptr : &*found;
}

namespace {

/// Reads up to the frame `finished`, or to the first thing that is wrong.
Transcript read_next(Reader& reader) {
    Transcript transcript;
    while (reader.remaining() > 0 && !transcript.finished) {
        const auto type = reader.number<FrameType>();
        const auto length = reader.number<std::uint32_t>();
        Reader payload(reader.view(length));
        if (reader.failed()) break;

        auto& entries = transcript.entries;
        const bool call_is_open = !entries.empty() && !entries.back().kind;
        if (type == FrameType::begin && length == 8 && !call_is_open) {
            Entry entry;
            entry.part = payload.number<std::uint32_t>();
            entry.ordinal = payload.number<std::uint32_t>();
            // Calls are numbered in the order in which they are made.
            const bool follows =
                entries.empty() ? entry.ordinal == 0
                                : (entry.part == entries.back().part
                                       ? entry.ordinal == entries.back().ordinal + 1
                                       : entry.part > entries.back().part && entry.ordinal == 0);
            if (!follows) break;
            entries.push_back(entry);
        } else if (type == FrameType::outcome && length >= 1 && call_is_open) {
            const auto kind = payload.number<OutcomeKind>();
            if (kind > OutcomeKind::skipped) break;
            entries.back().kind = kind;
            entries.back().payload = payload.view(payload.remaining());
        } else if (type == FrameType::finished && length == 0 && !call_is_open) {
            transcript.finished = true;
        } else {
            break;
        }
    }
    return transcript;
}

}  // namespace

std::vector<Transcript> read_transcripts(ByteView bytes, std::size_t most) {
    Reader reader(bytes.first(std::min(bytes.size(), max_transcript_bytes)));
    std::vector<Transcript> transcripts;
    while (transcripts.size() < most && reader.remaining() > 0) {
        transcripts.push_back(read_next(reader));
        if (!transcripts.back().finished) return transcripts;
    }
    // More than was asked for is a forgery.
    if (reader.remaining() > 0) transcripts.back().finished = false;
    return transcripts;
}

Transcript read_transcript(ByteView bytes) {
    std::vector<Transcript> transcripts = read_transcripts(bytes, 1);
    return transcripts.empty() ? Transcript{} : std::move(transcripts.front());
}

}  // namespace lab::observe
