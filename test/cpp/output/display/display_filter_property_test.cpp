// Invariants of DisplayFilter for any text in any chunks. A failing case prints its seed.

#include <gtest/gtest.h>

#include <string>

#include "output/display/shown_text.hpp"
#include "output/random_bytes.hpp"
#include "output/utf8.hpp"

namespace escher::test {
namespace {

using namespace std::string_literals;

// All short texts of characters from sequences, in all chunks.
TEST(DisplayFilterProperty, ShortTextsAreIndependentOfChunks) {
  const std::string alphabet = "\x1B[]m\n\a1\x18\xC2\x9B\xE2\x80\xAE"s;
  for (std::size_t length = 1; length <= 4; ++length) {
    std::size_t count = 1;
    for (std::size_t i = 0; i < length; ++i) count *= alphabet.size();
    for (std::size_t number = 0; number < count && !testing::Test::HasFailure(); ++number) {
      std::string bytes;
      for (std::size_t rest = number; bytes.size() < length; rest /= alphabet.size()) {
        bytes += alphabet[rest % alphabet.size()];
      }
      expect_settled(bytes);
    }
  }
}

TEST(DisplayFilterProperty, LongTextsAreIndependentOfChunks) {
  for (unsigned seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    RandomBytes random(seed);
    std::string bytes;
    for (int i = 0; i < 200; ++i) {
      // Also around the size of the parts in which a chunk is decoded.
      bytes += random.one_in(20) ? std::string(random.below(3000), 'x') : random.text(3);
      if (random.one_in(3)) bytes += "\x1B[1;3\x31m";
      if (random.one_in(5)) bytes += "\x1B]0;\xE2\x9C\x93\a";
    }
    for (const DisplayMode mode : kModes) {
      const std::string whole = shown(mode, {bytes});
      const auto chunks = random.chunks(bytes, 700);
      ASSERT_EQ(shown(mode, Chunks(chunks.begin(), chunks.end())), whole);
      std::string decoded;
      append_valid_utf8(decoded, bytes);
      ASSERT_EQ(shown(mode, {decoded}), whole);
    }
  }
}

}  // namespace
}  // namespace escher::test
