// Bytes that tell by their value where they belong, known to the puppet and to the tests. Without a
// newline, so that they come back as they were written.
#pragma once

#include <cstddef>
#include <string>

namespace escher::test {

inline std::string pattern(std::size_t bytes) {
  std::string text(bytes, '\0');
  for (std::size_t i = 0; i < bytes; ++i) {
    // The period is a prime, so a chunk that is lost, doubled or moved does not fit.
    text[i] = static_cast<char>('0' + static_cast<char>((i % 65'521 + i / 65'521) % 71));
  }
  return text;
}

}  // namespace escher::test
