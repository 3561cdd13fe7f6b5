// The transcript's reader against bytes that no honest recorder writes.
#include <catch2/catch_test_macros.hpp>
#include <cstring>
#include <limits>

#include "codec.h"
#include "scratch.h"
#include "transcript.h"

using namespace lab;
using namespace lab::kit;
using namespace lab::observe;

namespace {

Bytes begin_frame(std::uint32_t part, std::uint32_t ordinal) {
    Writer key;
    key.number(part);
    key.number(ordinal);
    return frame(FrameType::begin, key.bytes());
}

Bytes value_frame(const Writer& value) {
    Writer outcome;
    outcome.number(OutcomeKind::value);
    outcome.append(value.bytes().data(), value.bytes().size());
    return frame(FrameType::outcome, outcome.bytes());
}

Bytes joined(std::initializer_list<Bytes> frames) {
    Bytes all;
    for (const Bytes& one : frames) all.insert(all.end(), one.begin(), one.end());
    return all;
}

Writer number(double value) {
    Writer writer;
    writer.number(value);
    return writer;
}

const Bytes finished = frame(FrameType::finished, {});

}  // namespace

TEST_CASE("a transcript is read back as it was written", "[transcript]") {
    Matrix matrix(2, 3);
    matrix << 1, 2, 3, 4, 5, 6;
    Writer payload;
    Codec<Matrix>::write(payload, matrix);
    const Bytes bytes =
        joined({begin_frame(0, 0), value_frame(number(0.25)), begin_frame(0, 1),
                value_frame(payload), begin_frame(1, 0), value_frame(number(2)), finished});

    const Transcript transcript = read_transcript(bytes);

    CHECK(transcript.finished);
    REQUIRE(transcript.entries.size() == 3);
    CHECK(decode<double>(transcript.find(0, 0)->payload) == 0.25);
    CHECK(decode<Matrix>(transcript.find(0, 1)->payload)->isApprox(matrix));
    CHECK(transcript.find(1, 1) == nullptr);
}

TEST_CASE("a matrix is read back bit for bit, masks from few bytes", "[transcript]") {
    const auto read_back = [](const Matrix& matrix) {
        Writer payload;
        Codec<Matrix>::write(payload, matrix);
        const auto value = decode<Matrix>(payload.bytes());
        REQUIRE(value.has_value());
        CHECK(value->rows() == matrix.rows());
        CHECK(value->cols() == matrix.cols());
        CHECK(std::memcmp(value->data(), matrix.data(),
                          static_cast<std::size_t>(matrix.size()) * sizeof(float)) == 0);
        return payload.bytes().size();
    };
    Matrix mask(5, 7);
    for (Index i = 0; i < mask.size(); ++i) mask.data()[i] = i % 3 == 0 ? 1.0f : 0.0f;
    CHECK(read_back(mask) < 32);
    mask(4, 6) = -0.0f;
    CHECK(read_back(mask) > 100);
    mask(4, 6) = std::numeric_limits<float>::quiet_NaN();
    read_back(mask);
    read_back(Matrix(0, 7));
    read_back(Matrix(7, 0));
}

TEST_CASE("a transcript that is cut off keeps what came before, at every length", "[transcript]") {
    const Bytes whole = joined({begin_frame(0, 0), value_frame(number(1)), begin_frame(0, 1),
                                value_frame(number(2)), finished});
    for (std::size_t length = 0; length < whole.size(); ++length) {
        const Transcript transcript = read_transcript(ByteView(whole).first(length));
        CHECK_FALSE(transcript.finished);
        CHECK(transcript.entries.size() <= 2);
    }
}

TEST_CASE("frames out of order, twice, or after the end are not believed", "[transcript]") {
    const Bytes call = begin_frame(0, 0), value = value_frame(number(1));

    CHECK(read_transcript(value).entries.empty());
    CHECK(read_transcript(joined({call, value, value, finished})).finished == false);
    CHECK(read_transcript(joined({call, call, value, finished})).entries.size() == 1);
    CHECK(read_transcript(joined({call, value, begin_frame(0, 0), value})).entries.size() == 1);
    CHECK(read_transcript(joined({call, value, begin_frame(0, 2), value})).entries.size() == 1);
    CHECK(read_transcript(joined({call, finished})).finished == false);
    CHECK(read_transcript(joined({call, value, finished, finished})).finished == false);
}

TEST_CASE("the transcripts of several seeds stand one after the other", "[transcript]") {
    const Bytes one = joined({begin_frame(0, 0), value_frame(number(1)), finished});
    const Bytes unfinished = joined({begin_frame(0, 0), value_frame(number(2))});

    const auto two = read_transcripts(joined({one, one}), 2);
    REQUIRE(two.size() == 2);
    CHECK((two[0].finished && two[1].finished));

    const auto stopped = read_transcripts(joined({one, unfinished}), 3);
    REQUIRE(stopped.size() == 2);
    CHECK(stopped[0].finished);
    CHECK_FALSE(stopped[1].finished);

    const auto more_than_asked = read_transcripts(joined({one, one, one}), 2);
    REQUIRE(more_than_asked.size() == 2);
    CHECK_FALSE(more_than_asked[1].finished);
    CHECK(read_transcripts({}, 2).empty());
}

TEST_CASE("sizes that promise more than there is are refused before anything is allocated",
          "[transcript]") {
    constexpr auto most = std::numeric_limits<std::int64_t>::max();
    for (const auto& [rows, cols] : std::vector<std::pair<std::int64_t, std::int64_t>>{
             {most, most}, {-1, 4}, {1 << 20, 1 << 20}, {most, 0}, {7, 7}, {1, 0}}) {
        for (const bool bits : {false, true}) {
            Writer payload;
            payload.number(rows);
            payload.number(cols);
            payload.number(bits);
            payload.number(1.0f);
            CHECK_FALSE(decode<Matrix>(payload.bytes()).has_value());
        }
    }
    Writer text;
    text.number(std::uint32_t{0xFFFFFFFF});
    CHECK_FALSE(decode<std::string>(text.bytes()).has_value());
    CHECK_FALSE(decode<std::vector<Matrix>>(text.bytes()).has_value());

    Bytes bytes = begin_frame(0, 0);
    bytes[1] = bytes[2] = bytes[3] = bytes[4] = std::byte{0xFF};  // the frame's length
    CHECK(read_transcript(bytes).entries.empty());
}

TEST_CASE("the reader withstands libFuzzer for ten seconds", "[transcript]") {
    const fs::path fuzzer = course().build / "tests" / "kit" / "transcript_fuzzer";
    if (!fs::exists(fuzzer)) SKIP("clang++ is not installed");
    const tool::TemporaryFolder folder;
    // A whole transcript to start from.
    Matrix matrix = Matrix::Ones(2, 3);
    Writer payload;
    Codec<Matrix>::write(payload, matrix);
    const Bytes seed = joined({begin_frame(0, 0), value_frame(payload), begin_frame(0, 1),
                               value_frame(number(1)), finished});
    tool::write_file(folder.path() / "corpus" / "whole",
                     std::string(reinterpret_cast<const char*>(seed.data()), seed.size()));

    const tool::Ended ended =
        run_program({fuzzer.string(), "-max_total_time=10", "-rss_limit_mb=512", "-seed=1",
                     (folder.path() / "corpus").string()},
                    folder.path());

    INFO(ended.output.substr(0, 4000));
    CHECK(ended.succeeded());
    CHECK(ended.output.find("Done ") != std::string::npos);
}
