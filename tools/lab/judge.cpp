#include "judge.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>

#include "error.h"

namespace lab::tool {
namespace {

using nlohmann::json;

/// Errors: KitError when there are not as many values as rows and columns promise.
Matrix matrix_from(const json& object) {
    Matrix matrix(object.at("rows").get<Index>(), object.at("cols").get<Index>());
    const json& values = object.at("values");
    if (values.size() != static_cast<std::size_t>(matrix.size())) {
        throw KitError("the judge's matrix is not complete; this is a fault of the kit");
    }
    for (Index i = 0; i < matrix.size(); ++i) {
        const json& value = values[static_cast<std::size_t>(i)];
        matrix.data()[i] =
            value.is_number() ? value.get<float>() : std::numeric_limits<float>::quiet_NaN();
    }
    return matrix;
}

constexpr int milliseconds_for_an_answer = 60'000;

const char* name_of(Ended::Kind kind) {
    switch (kind) {
        case Ended::Kind::exited:
            return "exited";
        case Ended::Kind::signalled:
            return "signalled";
        case Ended::Kind::timed_out:
            return "timed_out";
        case Ended::Kind::too_much_output:
            return "too_much_output";
        case Ended::Kind::too_long_transcript:
            return "too_long_transcript";
    }
    return "exited";
}

}  // namespace

Judge::Judge(const std::filesystem::path& build) : program_(build / "judge") {
    std::signal(SIGPIPE, SIG_IGN);
    start();
}

Judge::~Judge() { stop(); }

void Judge::start() {
    std::array<int, 2> down{}, up{};
    if (pipe2(down.data(), O_CLOEXEC) != 0 || pipe2(up.data(), O_CLOEXEC) != 0) {
        throw KitError(fmt::format("no pipe to be had: {}", std::strerror(errno)));
    }
    process_ = fork();
    if (process_ < 0) throw KitError(fmt::format("no process to be had: {}", std::strerror(errno)));
    if (process_ == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        setpgid(0, 0);  // Ctrl-C at the terminal is the tool's to handle
        dup2(down[0], STDIN_FILENO);
        dup2(up[1], STDOUT_FILENO);
        execl(program_.c_str(), program_.c_str(), nullptr);
        _exit(127);
    }
    close(down[0]);
    close(up[1]);
    to_ = down[1];
    from_ = up[0];
}

void Judge::stop() {
    if (process_ < 0) return;
    close(to_);
    close(from_);
    kill(process_, SIGKILL);
    waitpid(process_, nullptr, 0);
    process_ = -1;
}

void Judge::send(const std::string& bytes) {
    std::size_t sent = 0;
    while (sent < bytes.size()) {
        const ssize_t count = write(to_, bytes.data() + sent, bytes.size() - sent);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) {
            stop();
            throw KitError(
                fmt::format("the judge ({}) has ended; type ./lab doctor to see what is missing",
                            program_.string()));
        }
        sent += static_cast<std::size_t>(count);
    }
}

std::string Judge::receive(std::size_t count) {
    std::string bytes(count, '\0');
    std::size_t received = 0;
    while (received < count) {
        pollfd ready{from_, POLLIN, 0};
        const int answered = poll(&ready, 1, milliseconds_for_an_answer);
        if (answered < 0 && errno == EINTR) continue;
        const ssize_t got =
            answered == 1 ? read(from_, bytes.data() + received, count - received) : 0;
        if (got <= 0) {
            stop();
            throw KitError(fmt::format(
                "the judge ({}) gave no answer; type ./lab doctor to see what is missing",
                program_.string()));
        }
        received += static_cast<std::size_t>(got);
    }
    return bytes;
}

std::vector<JudgedTest> Judge::judge(const std::string& lesson_number, std::uint32_t first_seed,
                                     std::uint32_t last_seed,
                                     const std::vector<RecordedTest>& tests) {
    if (process_ < 0) start();
    json runs = json::array();
    for (const RecordedTest& test : tests) {
        runs.push_back({{"test", test.test},
                        {"ending", name_of(test.ended.kind)},
                        {"code", test.ended.code},
                        {"seconds_allowed", test.limits.cpu_seconds},
                        {"output_allowed", fmt::format("{} MiB", test.limits.output_bytes >> 20)},
                        {"bytes", test.ended.transcript.size()}});
    }
    const std::string header = json{
        {"lesson", lesson_number},
        {"first_seed", first_seed},
        {"last_seed", last_seed},
        {"runs", std::move(runs)}}.dump();
    const auto length = static_cast<std::uint32_t>(header.size());
    std::string request(reinterpret_cast<const char*>(&length), sizeof length);
    request += header;
    for (const RecordedTest& test : tests) {
        request.append(reinterpret_cast<const char*>(test.ended.transcript.data()),
                       test.ended.transcript.size());
    }
    send(request);

    std::uint32_t answer_length = 0;
    std::memcpy(&answer_length, receive(sizeof answer_length).data(), sizeof answer_length);
    const json answer = json::parse(receive(answer_length));
    if (answer.contains("error")) {
        throw KitError(answer.at("error").get<std::string>() +
                       "; this is a fault of the kit, not of your code");
    }
    std::vector<JudgedTest> judged;
    for (const json& test : answer.at("tests")) {
        JudgedTest& one = judged.emplace_back();
        test.at("name").get_to(one.name);
        test.at("verdict").get_to(one.verdict);
        test.at("message").get_to(one.message);
        if (test.at("diagnosis").is_string()) one.diagnosis = test.at("diagnosis");
        test.at("general").get_to(one.general);
        if (const json& shown = test.at("comparison"); shown.is_object()) {
            one.comparison = Comparison{matrix_from(shown.at("yours")),
                                        matrix_from(shown.at("target")), shown.at("target_name")};
        }
        test.at("observations_asked").get_to(one.observations_asked);
        test.at("observations_recorded").get_to(one.observations_recorded);
    }
    return judged;
}

long Judge::peak_kilobytes() const {
    std::ifstream status(fmt::format("/proc/{}/status", process_));
    for (std::string line; std::getline(status, line);) {
        if (line.rfind("VmHWM:", 0) == 0) return std::atol(line.c_str() + 6);
    }
    return 0;
}

}  // namespace lab::tool
