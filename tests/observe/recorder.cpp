// The recorder: runs one test case against a student's code and writes down what that code did.
//
//     recorder FIRST-SEED LAST-SEED TEST-NAME        with the transcript on descriptor 3
//
// It has no LibTorch and knows no expected value. Whatever the student's code does to this process
// (crash, exit, print a fake report), the judge believes only the transcript.
#include <signal.h>
#include <sys/types.h>
#include <unistd.h>

#include <array>
#include <catch2/catch_session.hpp>
#include <catch2/reporters/catch_reporter_registrars.hpp>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <new>
#include <typeinfo>

#include <cxxabi.h>

#include "observe.h"
#include "position.h"

namespace lab::observe {
namespace {

class SilentReporter : public PositionReporter {
public:
    using PositionReporter::PositionReporter;
    static std::string getDescription() { return "prints nothing"; }
};
CATCH_REGISTER_REPORTER("silent", SilentReporter)

/// The signals for which Catch2 installs handlers of its own. A crash is to be seen as it is.
constexpr std::array crash_signals{SIGILL, SIGFPE, SIGSEGV, SIGABRT, SIGTERM, SIGINT};
std::array<struct sigaction, crash_signals.size()> original_handlers;
stack_t original_signal_stack;

void remember_signal_handlers() {
    for (std::size_t i = 0; i < crash_signals.size(); ++i) {
        sigaction(crash_signals[i], nullptr, &original_handlers[i]);
    }
    sigaltstack(nullptr, &original_signal_stack);
}

void restore_signal_handlers() {
    for (std::size_t i = 0; i < crash_signals.size(); ++i) {
        sigaction(crash_signals[i], &original_handlers[i], nullptr);
    }
    sigaltstack(&original_signal_stack, nullptr);
}

void write_frame(FrameType type, const Writer& payload) {
    const Bytes bytes = frame(type, payload.bytes());
    std::size_t written = 0;
    while (written < bytes.size()) {
        const ssize_t count =
            ::write(transcript_descriptor, bytes.data() + written, bytes.size() - written);
        if (count <= 0) _exit(1);
        written += static_cast<std::size_t>(count);
    }
}

void write_outcome(OutcomeKind kind, const Writer& payload) {
    Writer outcome;
    outcome.number(kind);
    outcome.append(payload.bytes().data(), payload.bytes().size());
    write_frame(FrameType::outcome, outcome);
}

void write_outcome(OutcomeKind kind, std::string_view text) {
    Writer payload;
    payload.text(text);
    write_outcome(kind, payload);
}

std::string demangled(const std::type_info& type) {
    int status = 0;
    char* name = abi::__cxa_demangle(type.name(), nullptr, nullptr, &status);
    const std::string result = status == 0 ? name : type.name();
    std::free(name);
    const bool is_string = type == typeid(std::string);
    return is_string ? "std::string" : result;
}

template <typename Exception>
std::uint32_t bit(const std::exception& error, StandardException which) {
    return dynamic_cast<const Exception*>(&error) ? static_cast<std::uint32_t>(which) : 0;
}

Writer describe_exception(const std::exception& error) {
    using Which = StandardException;
    Writer payload;
    payload.number(bit<std::exception>(error, Which::exception) |
                   bit<std::logic_error>(error, Which::logic_error) |
                   bit<std::invalid_argument>(error, Which::invalid_argument) |
                   bit<std::out_of_range>(error, Which::out_of_range) |
                   bit<std::domain_error>(error, Which::domain_error) |
                   bit<std::length_error>(error, Which::length_error) |
                   bit<std::runtime_error>(error, Which::runtime_error) |
                   bit<std::bad_alloc>(error, Which::bad_alloc));
    payload.text(demangled(typeid(error)));
    const char* what = error.what();
    payload.text(what ? what : "");
    return payload;
}

}  // namespace

void record(void (*run)(void* context, Writer& payload), void* context) {
    restore_signal_handlers();  // Catch2 puts its own back for each run

    Position& here = position();
    Writer key;
    key.number(here.part);
    key.number(here.ordinal++);
    write_frame(FrameType::begin, key);

    try {
        Writer payload;
        run(context, payload);
        write_outcome(OutcomeKind::value, payload);
    } catch (const NotWritten& error) {
        write_outcome(OutcomeKind::not_written, error.what());
    } catch (const EigenAssertion& error) {
        write_outcome(OutcomeKind::eigen_assertion, error.what());
    } catch (const NoValue&) {
        write_outcome(OutcomeKind::skipped, Writer{});
    } catch (const std::exception& error) {
        write_outcome(OutcomeKind::threw, describe_exception(error));
    } catch (...) {
        Writer payload;
        payload.number(std::uint32_t{0});
        const std::type_info* type = abi::__cxa_current_exception_type();
        payload.text(type ? demangled(*type) : "something");
        payload.text("");
        write_outcome(OutcomeKind::threw, payload);
    }
}

}  // namespace lab::observe

int main(int argc, char** argv) {
    using namespace lab::observe;
    if (argc != 4) {
        std::fprintf(
            stderr,
            "usage: recorder FIRST-SEED LAST-SEED TEST-NAME   (transcript on descriptor 3)\n");
        return 2;
    }
    // What was printed before a crash must not be lost in a buffer.
    std::setvbuf(stdout, nullptr, _IOLBF, 1 << 12);
    remember_signal_handlers();
    const auto first_seed = static_cast<std::uint32_t>(std::strtoul(argv[1], nullptr, 10));
    const auto last_seed = static_cast<std::uint32_t>(std::strtoul(argv[2], nullptr, 10));

    Catch::Session session;
    for (std::uint64_t seed = first_seed; seed <= last_seed; ++seed) {
        set_seed(static_cast<std::uint32_t>(seed));
        Catch::ConfigData config;
        config.testsOrTags = {exact_pattern(argv[3])};
        config.rngSeed = static_cast<std::uint32_t>(seed);
        config.reporterSpecifications.push_back({"silent", {}, {}, {}});
        session.useConfigData(config);
        session.run();

        std::cout.flush();
        std::fflush(nullptr);
        write_frame(FrameType::finished, Writer{});
    }
    // Neither static destructors nor atexit handlers: they are not part of the assignment.
    _exit(0);
}
