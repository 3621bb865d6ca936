// Runs a display filter over chunks, and checks that its result does not depend on them.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "output/display/display_filter.hpp"

namespace escher::test {

inline constexpr std::array<DisplayMode, 3> kModes{DisplayMode::sgr, DisplayMode::sgr_and_progress,
                                                   DisplayMode::strip};

using Chunks = std::vector<std::string_view>;

inline std::string shown(DisplayMode mode, const Chunks& chunks) {
  std::string out;
  const auto append = [&out](std::string_view piece) { out += piece; };
  DisplayFilter filter(mode);
  for (const std::string_view chunk : chunks) filter.feed(chunk, append);
  filter.finish(append);
  return out;
}

inline std::string coloured(std::string_view bytes) { return shown(DisplayMode::sgr, {bytes}); }
inline std::string stripped(std::string_view bytes) { return shown(DisplayMode::strip, {bytes}); }

// The invariant for any bytes: the result is equal for all splits into three chunks, for chunks of
// one byte, and after a second run.
inline void expect_settled(std::string_view bytes) {
  SCOPED_TRACE(testing::PrintToString(std::string(bytes)));
  for (const DisplayMode mode : kModes) {
    const std::string whole = shown(mode, {bytes});
    ASSERT_EQ(shown(mode, {whole}), whole);
    Chunks single_bytes;
    for (std::size_t i = 0; i < bytes.size(); ++i) single_bytes.push_back(bytes.substr(i, 1));
    ASSERT_EQ(shown(mode, single_bytes), whole);
    for (std::size_t i = 0; i <= bytes.size(); ++i) {
      for (std::size_t j = i; j <= bytes.size(); ++j) {
        ASSERT_EQ(shown(mode, {bytes.substr(0, i), bytes.substr(i, j - i), bytes.substr(j)}), whole)
            << i << ' ' << j;
      }
    }
  }
}

}  // namespace escher::test
