// Text as programs write it, for benchmarks of the code that reads it: lines of equal length, in
// chunks as a pipe delivers them.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace escher::bench {

inline constexpr std::size_t kChunkBytes = std::size_t{64} << 10;
inline constexpr std::size_t kLineBytes = 80;  // including the terminator

inline std::string repeated(std::string_view unit, std::size_t times) {
  std::string text;
  text.reserve(unit.size() * times);
  while (times-- > 0) text.append(unit);
  return text;
}

inline std::string lines_of(std::size_t length, std::size_t count) {
  return repeated(std::string(length - 1, 'x') + '\n', count);
}

template <typename Take>
void in_chunks(std::string_view stream, Take take) {
  while (!stream.empty()) {
    const std::string_view chunk = stream.substr(0, kChunkBytes);
    take(chunk);
    stream.remove_prefix(chunk.size());
  }
}

}  // namespace escher::bench
