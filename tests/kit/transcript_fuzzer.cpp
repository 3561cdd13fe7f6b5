// libFuzzer's target for the transcript: whatever the bytes, reading them neither crashes nor
// allocates more than the bytes can justify, and says the same thing twice.
#include <cstdlib>

#include "codec.h"
#include "transcript.h"

using namespace lab;
using namespace lab::observe;

namespace {

/// Every type that a test may ask for.
template <typename T>
void try_to_decode(ByteView payload) {
    static_cast<void>(decode<T>(payload));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const ByteView bytes(reinterpret_cast<const std::byte*>(data), size);
    if (read_transcripts(bytes, 3).size() > 3) std::abort();
    const Transcript transcript = read_transcript(bytes);
    if (transcript.entries.size() > size) std::abort();
    for (const Entry& entry : transcript.entries) {
        if (transcript.find(entry.part, entry.ordinal) != &entry) std::abort();
        try_to_decode<Matrix>(entry.payload);
        try_to_decode<double>(entry.payload);
        try_to_decode<bool>(entry.payload);
        try_to_decode<std::string>(entry.payload);
        try_to_decode<std::vector<Matrix>>(entry.payload);
        try_to_decode<std::vector<std::vector<bool>>>(entry.payload);
        try_to_decode<std::pair<Matrix, std::vector<Matrix>>>(entry.payload);
    }
    return 0;
}
