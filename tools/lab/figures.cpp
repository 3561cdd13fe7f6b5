#include "figures.h"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <cstring>

#include "figure_codec.h"
#include "folder.h"
#include "process.h"
#include "text.h"

namespace lab::tool {
namespace fs = std::filesystem;
namespace {

using Clock = std::chrono::steady_clock;

Limits demo_limits() {
    Limits limits;
    limits.wall_seconds = 300;
    limits.cpu_seconds = 1200;  // of all its threads
    limits.memory_bytes = std::size_t{4} << 30;
    limits.file_bytes = std::size_t{16} << 20;
    limits.output_bytes = std::size_t{16} << 20;
    limits.output_kept = std::size_t{64} << 10;
    limits.transcript_bytes = std::size_t{64} << 20;
    limits.confined = true;
    return limits;
}

/// Reads the messages of a demo's process as they arrive.
class Messages {
public:
    struct Message {
        demo::MessageType type;
        observe::ByteView payload;
    };

    /// The next whole message, if there is one.
    std::optional<Message> next(const std::vector<std::byte>& bytes) {
        constexpr std::size_t head = 1 + sizeof(std::uint32_t);
        if (bytes.size() < read_ + head) return std::nullopt;
        std::uint32_t length = 0;
        std::memcpy(&length, bytes.data() + read_ + 1, sizeof length);
        if (bytes.size() - read_ - head < length) return std::nullopt;
        const observe::ByteView payload(bytes.data() + read_ + head, length);
        const auto type = static_cast<demo::MessageType>(bytes[read_]);
        read_ += head + length;
        return Message{type, payload};
    }

private:
    std::size_t read_ = 0;
};

/// A bar on standard error, with the time left, while long work runs.
class Bar {
public:
    ~Bar() {
        if (shown_) fmt::print(stderr, "\r\033[K");
    }

    void show(double done) {
        const double seconds = std::chrono::duration<double>(Clock::now() - start_).count();
        const bool soon = std::chrono::duration<double>(Clock::now() - last_).count() < 0.1;
        if (!isatty(STDERR_FILENO) || seconds < 0.5 || soon || !(done > 0) || done > 1) return;
        last_ = Clock::now();
        shown_ = true;
        constexpr int width = 24;
        const int full = static_cast<int>(done * width);
        std::string bar;
        for (int i = 0; i < width; ++i) bar += i < full ? "█" : "░";
        fmt::print(stderr, "\r{} {:3.0f} %, {:.0f} s left \033[K", bar, 100 * done,
                   seconds / done - seconds);
    }

private:
    Clock::time_point start_ = Clock::now(), last_ = start_;
    bool shown_ = false;
};

std::string text_of(observe::ByteView payload) {
    observe::Reader reader(payload);
    return printable(reader.text());
}

/// What became of the process, where it sent no figures.
std::string problem_of(const Ended& ended) {
    switch (ended.kind) {
        case Ended::Kind::signalled:
            return fmt::format("crashed ({})", strsignal(ended.code));
        case Ended::Kind::timed_out:
            return fmt::format("did not finish within {:.0f} s", demo_limits().wall_seconds);
        case Ended::Kind::too_much_output:
            return "printed more than 16 MiB";
        default:
            return "ended before it had any figures";
    }
}

}  // namespace

Computed compute_figures(const fs::path& program, const fs::path& data, std::uint32_t seed) {
    const TemporaryFolder here;
    Command command;
    command.arguments = {program.string(), std::to_string(seed), data.string()};
    command.directory = here.path().string();
    command.limits = demo_limits();
    Messages messages;
    Bar bar;
    Computed computed;
    const auto read = [&](const std::vector<std::byte>& bytes) {
        while (const auto message = messages.next(bytes)) {
            switch (message->type) {
                case demo::MessageType::progress:
                    bar.show(observe::decode<double>(message->payload).value_or(0));
                    break;
                case demo::MessageType::figures:
                    computed.figures = observe::decode<std::vector<demo::Figure>>(message->payload);
                    break;
                case demo::MessageType::not_written:
                    computed.problem = text_of(message->payload);
                    break;
                case demo::MessageType::eigen_assertion:
                    computed.problem =
                        "stopped at one of Eigen's assertions: " + text_of(message->payload);
                    break;
                default:
                    computed.problem = "threw " + text_of(message->payload);
                    break;
            }
        }
    };
    command.on_transcript = read;
    const Ended ended = run(command);
    read(ended.transcript);
    if (!computed.figures && computed.problem.empty()) computed.problem = problem_of(ended);
    return computed;
}

}  // namespace lab::tool
