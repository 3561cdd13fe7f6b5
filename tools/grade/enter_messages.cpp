#include "enter_messages.h"

#include <nlohmann/json.hpp>

namespace lab::grade {
using nlohmann::json;
using tool::Command;
using tool::Ended;

namespace {

json to_json(const Command& command) {
    const tool::Limits& limits = command.limits;
    return {{"arguments", command.arguments},
            {"directory", command.directory},
            {"user", command.user},
            {"group", command.group},
            {"wall_seconds", limits.wall_seconds},
            {"cpu_seconds", limits.cpu_seconds},
            {"memory_bytes", limits.memory_bytes},
            {"file_bytes", limits.file_bytes},
            {"output_bytes", limits.output_bytes},
            {"output_kept", limits.output_kept},
            {"transcript_bytes", limits.transcript_bytes},
            {"processes", limits.processes},
            {"confined", limits.confined}};
}

Command command_from(const json& object) {
    Command command;
    object.at("arguments").get_to(command.arguments);
    object.at("directory").get_to(command.directory);
    object.at("user").get_to(command.user);
    object.at("group").get_to(command.group);
    tool::Limits& limits = command.limits;
    object.at("wall_seconds").get_to(limits.wall_seconds);
    object.at("cpu_seconds").get_to(limits.cpu_seconds);
    object.at("memory_bytes").get_to(limits.memory_bytes);
    object.at("file_bytes").get_to(limits.file_bytes);
    object.at("output_bytes").get_to(limits.output_bytes);
    object.at("output_kept").get_to(limits.output_kept);
    object.at("transcript_bytes").get_to(limits.transcript_bytes);
    object.at("processes").get_to(limits.processes);
    object.at("confined").get_to(limits.confined);
    return command;
}

}  // namespace

std::string to_argument(const EnterRequest& request) {
    json commands = json::array();
    for (const Command& command : request.commands) commands.push_back(to_json(command));
    return json{
        {"root", request.root}, {"at_once", request.at_once}, {"commands", std::move(commands)}}
        .dump();
}

EnterRequest from_argument(const std::string& argument) {
    const json object = json::parse(argument);
    EnterRequest request;
    object.at("root").get_to(request.root);
    object.at("at_once").get_to(request.at_once);
    for (const json& command : object.at("commands")) {
        request.commands.push_back(command_from(command));
    }
    return request;
}

observe::Bytes to_bytes(const std::vector<Ended>& results) {
    observe::Writer writer;
    for (const Ended& ended : results) {
        writer.number(ended.kind);
        writer.number(ended.code);
        writer.number(ended.output_total);
        writer.number(ended.seconds);
        writer.number(ended.peak_kilobytes);
        writer.number(ended.out_of_memory);
        writer.number(ended.output.size());
        writer.append(ended.output.data(), ended.output.size());
        writer.number(ended.transcript.size());
        writer.append(ended.transcript.data(), ended.transcript.size());
    }
    return writer.bytes();
}

std::vector<Ended> from_bytes(observe::ByteView bytes, std::size_t count) {
    observe::Reader reader(bytes);
    std::vector<Ended> results(count);
    for (Ended& ended : results) {
        ended.kind = reader.number<Ended::Kind>();
        ended.code = reader.number<int>();
        ended.output_total = reader.number<std::size_t>();
        ended.seconds = reader.number<double>();
        ended.peak_kilobytes = reader.number<long>();
        ended.out_of_memory = reader.number<bool>();
        const observe::ByteView output = reader.view(reader.number<std::size_t>());
        ended.output.assign(reinterpret_cast<const char*>(output.data()), output.size());
        const observe::ByteView transcript = reader.view(reader.number<std::size_t>());
        ended.transcript.assign(transcript.begin(), transcript.end());
    }
    return reader.failed() || reader.remaining() > 0 ? std::vector<Ended>{} : results;
}

}  // namespace lab::grade
