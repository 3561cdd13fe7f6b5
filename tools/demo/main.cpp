// The program of a demo: computes a lesson's figures and writes them to descriptor 3. It is made of
// the lesson's demo.cpp, the lesson's file (the reference solution or the student's own), and the
// reference solutions of the other lessons.
//
//     demo SEED DATA-FOLDER
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <typeinfo>

#include <cxxabi.h>

#include "figure_codec.h"

namespace lab::demo {
namespace {

void send(MessageType type, const observe::Writer& payload) {
    const observe::Bytes bytes =
        observe::frame(static_cast<observe::FrameType>(type), payload.bytes());
    std::size_t written = 0;
    while (written < bytes.size()) {
        const ssize_t count =
            ::write(observe::transcript_descriptor, bytes.data() + written, bytes.size() - written);
        if (count <= 0) _exit(1);
        written += static_cast<std::size_t>(count);
    }
}

void send(MessageType type, const std::string& text) {
    observe::Writer payload;
    payload.text(text);
    send(type, payload);
}

void tell_progress(double done) {
    observe::Writer payload;
    payload.number(done);
    send(MessageType::progress, payload);
}

std::string name_of(const std::type_info& type) {
    int status = 0;
    char* name = abi::__cxa_demangle(type.name(), nullptr, nullptr, &status);
    std::string result = status == 0 ? name : type.name();
    std::free(name);
    return result;
}

void run(const Setting& setting) {
    try {
        observe::Writer payload;
        observe::Codec<std::vector<Figure>>::write(payload, figures(setting));
        send(MessageType::figures, payload);
    } catch (const NotWritten& error) {
        send(MessageType::not_written, error.what());
    } catch (const EigenAssertion& error) {
        send(MessageType::eigen_assertion, error.what());
    } catch (const std::exception& error) {
        send(MessageType::threw, name_of(typeid(error)) + ": " + error.what());
    } catch (...) { send(MessageType::threw, "something that is no std::exception"); }
}

}  // namespace
}  // namespace lab::demo

int main(int argc, char** argv) {
    if (argc != 3) {
        std::fprintf(stderr, "usage: demo SEED DATA-FOLDER   (figures on descriptor 3)\n");
        return 2;
    }
    std::setvbuf(stdout, nullptr, _IOLBF, 1 << 12);
    lab::demo::run({std::strtoull(argv[1], nullptr, 10), argv[2], lab::demo::tell_progress});
    std::cout.flush();
    std::fflush(nullptr);
    _exit(0);
}
