// How a value that a student's function returned is written to the transcript and read back.
// Reading checks each size against the bytes that are there before it allocates.
#pragma once

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "lab.h"
#include "transcript.h"

namespace lab::observe {

template <typename T, typename = void>
struct Codec;

/// Numbers and enumerations, as they lie in memory.
template <typename T>
struct Codec<T, std::enable_if_t<std::is_arithmetic_v<T> || std::is_enum_v<T>>> {
    static void write(Writer& writer, T value) { writer.number(value); }
    static T read(Reader& reader) { return reader.number<T>(); }
};

template <>
struct Codec<bool> {
    static void write(Writer& writer, bool value) {
        writer.number(static_cast<std::uint8_t>(value ? 1 : 0));
    }
    static bool read(Reader& reader) { return reader.number<std::uint8_t>() != 0; }
};

template <>
struct Codec<std::string> {
    static void write(Writer& writer, const std::string& value) { writer.text(value); }
    static std::string read(Reader& reader) { return reader.text(); }
};

/// rows, cols, a byte that says how, then the entries row by row: as bits where each of them is 0
/// or 1 (masks are most of what some tests observe), else as they lie in memory.
template <>
struct Codec<Matrix> {
    static void write(Writer& writer, const Matrix& value) {
        writer.number(static_cast<std::int64_t>(value.rows()));
        writer.number(static_cast<std::int64_t>(value.cols()));
        // Not -0.0f, which is another value than 0.0f in a transcript.
        const auto is_bit = [](float entry) {
            return std::bit_cast<std::uint32_t>(entry) == 0 || entry == 1.0f;
        };
        const bool bits = std::all_of(value.data(), value.data() + value.size(), is_bit);
        writer.number(bits);
        if (!bits) {
            writer.append(value.data(), static_cast<std::size_t>(value.size()) * sizeof(float));
            return;
        }
        std::vector<std::uint8_t> packed(packed_bytes(value.size()));
        for (Index i = 0; i < value.size(); ++i) {
            packed[static_cast<std::size_t>(i / 8)] |=
                static_cast<std::uint8_t>((value.data()[i] != 0.0f ? 1 : 0) << (i % 8));
        }
        writer.append(packed.data(), packed.size());
    }

    static Matrix read(Reader& reader) {
        const auto rows = reader.number<std::int64_t>();
        const auto cols = reader.number<std::int64_t>();
        const bool bits = reader.number<std::uint8_t>() != 0;
        constexpr auto longest = static_cast<std::int64_t>(max_transcript_bytes);
        const bool sane =
            rows >= 0 && cols >= 0 && rows <= longest && cols <= longest &&
            rows * cols <= longest &&  // as bits, 32 times as many would fit into a transcript
            (bits ? packed_bytes(rows * cols)
                  : static_cast<std::size_t>(rows * cols) * sizeof(float)) <= reader.remaining();
        if (!sane) {
            reader.fail();
            return {};
        }
        Matrix value(rows, cols);
        if (!bits) {
            reader.take(value.data(), static_cast<std::size_t>(value.size()) * sizeof(float));
            return value;
        }
        std::vector<std::uint8_t> packed(packed_bytes(value.size()));
        reader.take(packed.data(), packed.size());
        for (Index i = 0; i < value.size(); ++i) {
            const int bit = packed[static_cast<std::size_t>(i / 8)] >> (i % 8) & 1;
            value.data()[i] = static_cast<float>(bit);
        }
        return value;
    }

private:
    static std::size_t packed_bytes(std::int64_t entries) {
        return (static_cast<std::size_t>(entries) + 7) / 8;
    }
};

template <typename T>
struct Codec<std::vector<T>> {
    static void write(Writer& writer, const std::vector<T>& value) {
        writer.number(static_cast<std::uint32_t>(value.size()));
        for (const T& element : value) Codec<T>::write(writer, element);
    }
    static std::vector<T> read(Reader& reader) {
        const auto count = reader.number<std::uint32_t>();
        // Every element takes at least one byte.
        if (count > reader.remaining()) reader.fail();
        std::vector<T> value;
        for (std::uint32_t i = 0; i < count && !reader.failed(); ++i) {
            value.push_back(Codec<T>::read(reader));
        }
        return value;
    }
};

template <typename First, typename Second>
struct Codec<std::pair<First, Second>> {
    static void write(Writer& writer, const std::pair<First, Second>& value) {
        Codec<First>::write(writer, value.first);
        Codec<Second>::write(writer, value.second);
    }
    static std::pair<First, Second> read(Reader& reader) {
        First first = Codec<First>::read(reader);
        Second second = Codec<Second>::read(reader);
        return {std::move(first), std::move(second)};
    }
};

/// A struct, one listed member after the other:
/// `template <> struct Codec<S> : Members<S, &S::a, &S::b> {};`
template <typename Struct, auto... members>
struct Members {
    static void write(Writer& writer, const Struct& value) {
        (Codec<Type<members>>::write(writer, value.*members), ...);
    }
    static Struct read(Reader& reader) {
        Struct value{};
        ((value.*members = Codec<Type<members>>::read(reader)), ...);
        return value;
    }

private:
    template <auto member>
    using Type = std::remove_cvref_t<decltype(std::declval<Struct&>().*member)>;
};

/// The value that the whole payload holds, or nothing when it holds anything else.
template <typename T>
std::optional<T> decode(ByteView payload) {
    Reader reader(payload);
    T value = Codec<T>::read(reader);
    if (reader.failed() || reader.remaining() > 0) return std::nullopt;
    return value;
}

}  // namespace lab::observe
