// Bytes whose values depend on their positions, for the puppet and for the tests. They contain no
// newline, so the engine delivers them unchanged.
#pragma once

#include <cstddef>
#include <string>

namespace escher::test {

inline std::string pattern(std::size_t bytes) {
  std::string text(bytes, '\0');
  for (std::size_t i = 0; i < bytes; ++i) {
    // The period is a prime, so a lost, repeated or moved chunk does not match.
    text[i] = static_cast<char>('0' + static_cast<char>((i % 65'521 + i / 65'521) % 71));
  }
  return text;
}

}  // namespace escher::test
