// Random output for property tests, from a seed that a failing test prints. It consists of byte
// sequences that are hard to split.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace escher::test {

class RandomBytes {
 public:
  explicit RandomBytes(unsigned seed) : engine_(seed) {}

  std::size_t below(std::size_t limit) {
    return std::uniform_int_distribution<std::size_t>(0, limit - 1)(engine_);
  }
  bool one_in(std::size_t n) { return below(n) == 0; }

  // Letters, whole and half terminators, code points of every length, and invalid bytes.
  std::string text(std::size_t parts) {
    static constexpr std::array<std::string_view, 20> kParts{"a",
                                                             "bc",
                                                             "\n",
                                                             "\n",
                                                             "\r\n",
                                                             "\r",
                                                             "\r\r\n",
                                                             "\n\n",
                                                             "\xC3\xA9",
                                                             "\xE2\x82\xAC",
                                                             "\xF0\x9F\x98\x80",
                                                             "\x80",
                                                             "\xC3",
                                                             "\xE2\x82",
                                                             "\xF0\x9F\x98",
                                                             "\xED\xA0\x80",
                                                             "\xFF",
                                                             "\xC0\xAF",
                                                             "long long long",
                                                             "\t"};
    std::string text;
    for (std::size_t i = 0; i < parts; ++i) text += kParts[below(kParts.size())];
    return text;
  }

  // `bytes` in chunks of up to `longest`.
  std::vector<std::string> chunks(std::string_view bytes, std::size_t longest) {
    std::vector<std::string> chunks;
    while (!bytes.empty()) {
      const std::size_t length = std::min(bytes.size(), 1 + below(longest));
      chunks.emplace_back(bytes.substr(0, length));
      bytes.remove_prefix(length);
    }
    return chunks;
  }

 private:
  std::mt19937 engine_;
};

}  // namespace escher::test
