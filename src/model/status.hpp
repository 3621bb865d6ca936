// The public states of an execution, and the two output streams. Values; any thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace escher {

enum class Status : std::uint8_t { pending, running, completed, failed, timeout, cancelled };

inline constexpr std::size_t kStatusCount = 6;
inline constexpr std::array<std::string_view, kStatusCount> kStatusNames{
    "pending", "running", "completed", "failed", "timeout", "cancelled"};

constexpr std::size_t index_of(Status status) { return static_cast<std::size_t>(status); }
constexpr std::string_view to_string(Status status) { return kStatusNames[index_of(status)]; }
constexpr bool is_terminal(Status status) { return status >= Status::completed; }

constexpr std::optional<Status> parse_status(std::string_view name) {
  for (std::size_t i = 0; i < kStatusCount; ++i) {
    if (kStatusNames[i] == name) return static_cast<Status>(i);
  }
  return std::nullopt;
}

enum class Stream : std::uint8_t { out, err };

inline constexpr std::size_t kStreamCount = 2;
inline constexpr std::array<Stream, kStreamCount> kStreams{Stream::out, Stream::err};

constexpr std::size_t index_of(Stream stream) { return static_cast<std::size_t>(stream); }
constexpr std::string_view to_string(Stream stream) {
  return stream == Stream::out ? "stdout" : "stderr";
}

}  // namespace escher
