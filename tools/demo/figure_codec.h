// How figures travel from the process that computes them to the tool that draws them: as values in
// a transcript's form (tests/observe), read with the same distrust.
#pragma once

#include "codec.h"
#include "demo.h"

namespace lab::demo {

/// What stands on descriptor 3: frames { u8 type, u32 length, length bytes }.
enum class MessageType : std::uint8_t {
    progress = 1,         ///< double, from 0 to 1
    figures = 2,          ///< std::vector<Figure>: the work is done
    threw = 3,            ///< text: type and message of the exception that ended it
    not_written = 4,      ///< text
    eigen_assertion = 5,  ///< text
};

/// Calls handle for each member, in the order in which they travel.
template <typename Self, typename Do>
void each_member(Self& self, Do&& handle) {
    using T = std::remove_cvref_t<Self>;
    if constexpr (std::is_same_v<T, Series>) {
        handle(self.name), handle(self.role), handle(self.style);
        handle(self.x), handle(self.y), handle(self.low), handle(self.high);
    } else if constexpr (std::is_same_v<T, Range>) {
        handle(self.low), handle(self.high);
    } else if constexpr (std::is_same_v<T, Panel>) {
        handle(self.title), handle(self.x_label), handle(self.y_label), handle(self.series);
        handle(self.x_range), handle(self.y_range), handle(self.log_x), handle(self.log_y);
        handle(self.x_names), handle(self.heat);
    } else if constexpr (std::is_same_v<T, Picture>) {
        handle(self.title), handle(self.panels);
    } else {
        static_assert(std::is_same_v<T, Figure>);
        handle(self.name), handle(self.frames);
    }
}

template <typename T>
constexpr bool is_figure_part =
    std::is_same_v<T, Series> || std::is_same_v<T, Range> || std::is_same_v<T, Panel> ||
    std::is_same_v<T, Picture> || std::is_same_v<T, Figure>;

}  // namespace lab::demo

namespace lab::observe {

template <typename T>
struct Codec<T, std::enable_if_t<demo::is_figure_part<T>>> {
    static void write(Writer& writer, const T& value) {
        demo::each_member(value, [&](const auto& member) {
            Codec<std::remove_cvref_t<decltype(member)>>::write(writer, member);
        });
    }
    static T read(Reader& reader) {
        T value{};
        demo::each_member(value, [&](auto& member) {
            member = Codec<std::remove_cvref_t<decltype(member)>>::read(reader);
        });
        return value;
    }
};

template <typename T>
struct Codec<std::optional<T>> {
    static void write(Writer& writer, const std::optional<T>& value) {
        writer.number(value.has_value());
        if (value) Codec<T>::write(writer, *value);
    }
    static std::optional<T> read(Reader& reader) {
        if (!Codec<bool>::read(reader)) return std::nullopt;
        return Codec<T>::read(reader);
    }
};

}  // namespace lab::observe
