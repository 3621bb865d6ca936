#include "output/utf8.hpp"

#include <gtest/gtest.h>

#include "output/random_bytes.hpp"

namespace escher {
namespace {

constexpr const char* kBad = "\xEF\xBF\xBD";

std::string decoded(std::string_view bytes) {
  std::string out;
  append_valid_utf8(out, bytes);
  return out;
}

std::string bad(int count) {
  std::string text;
  while (count-- > 0) text += kBad;
  return text;
}

// The decoder of the WHATWG Encoding standard, step by step: slow, but easy to compare with the
// text of the standard. A valid sequence is copied; an error becomes one U+FFFD.
class WhatwgDecoder {
 public:
  std::string decode(std::string_view bytes) {
    for (const char c : bytes) take(static_cast<unsigned char>(c));
    if (needed_ != 0) out_ += kBad;
    return out_;
  }

 private:
  void take(unsigned char byte) {
    if (needed_ == 0) return begin(byte);
    if (byte < lower_ || byte > upper_) {
      out_ += kBad;
      needed_ = 0;
      return begin(byte);
    }
    lower_ = 0x80;
    upper_ = 0xBF;
    sequence_ += static_cast<char>(byte);
    if (--needed_ == 0) out_ += sequence_;
  }

  void begin(unsigned char byte) {
    lower_ = 0x80;
    upper_ = 0xBF;
    sequence_ = std::string(1, static_cast<char>(byte));
    if (byte <= 0x7F) {
      out_ += sequence_;
    } else if (byte >= 0xC2 && byte <= 0xDF) {
      needed_ = 1;
    } else if (byte >= 0xE0 && byte <= 0xEF) {
      needed_ = 2;
      if (byte == 0xE0) lower_ = 0xA0;
      if (byte == 0xED) upper_ = 0x9F;
    } else if (byte >= 0xF0 && byte <= 0xF4) {
      needed_ = 3;
      if (byte == 0xF0) lower_ = 0x90;
      if (byte == 0xF4) upper_ = 0x8F;
    } else {
      out_ += kBad;
    }
  }

  std::string out_;
  std::string sequence_;
  int needed_ = 0;
  unsigned char lower_ = 0x80;
  unsigned char upper_ = 0xBF;
};

TEST(Utf8, KeepsValidText) {
  for (const char* text :
       {"", "plain", "\x7F", "\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xEE\x80\x80",
        "\xEF\xBF\xBF", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF",
        "gr\xC3\xBC\xC3\x9F"
        "e \xF0\x9F\x98\x80!"}) {
    EXPECT_EQ(decoded(text), text);
  }
}

TEST(Utf8, KeepsNulBytes) {
  const std::string text("a\0b", 3);
  EXPECT_EQ(decoded(text), text);
}

TEST(Utf8, EveryMaximalSubpartBecomesOneReplacement) {
  EXPECT_EQ(decoded("\x80"), bad(1));
  EXPECT_EQ(decoded("\xC3"), bad(1));
  EXPECT_EQ(decoded("\xE2\x82"), bad(1));
  EXPECT_EQ(decoded("\xF0\x9F\x98"), bad(1));
  EXPECT_EQ(decoded("\xE2\x82x"), bad(1) + "x");
  EXPECT_EQ(decoded("\xF0\x9F\x98\xC3\xA9"), bad(1) + "\xC3\xA9");
  EXPECT_EQ(decoded("\xFF\xFE"), bad(2));
}

TEST(Utf8, ReplacesOverlongFormsSurrogatesAndTooLargeValues) {
  EXPECT_EQ(decoded("\xC0\xAF"), bad(2));
  EXPECT_EQ(decoded("\xE0\x80\xAF"), bad(3));
  EXPECT_EQ(decoded("\xED\xA0\x80"), bad(3));
  EXPECT_EQ(decoded("\xF0\x80\x80\xAF"), bad(4));
  EXPECT_EQ(decoded("\xF4\x90\x80\x80"), bad(4));
  EXPECT_EQ(decoded("\xF5\x80\x80\x80"), bad(4));
}

TEST(Utf8, AppendsToTheString) {
  std::string out = "head ";
  append_valid_utf8(out, "a\xFF");
  append_valid_utf8(out, "b");
  EXPECT_EQ(out, std::string("head a") + kBad + "b");
}

TEST(Utf8, DecodesEveryPairOfBytesByTheStandard) {
  for (int first = 0; first < 256; ++first) {
    for (int second = 0; second < 256; ++second) {
      const std::string bytes{static_cast<char>(first), static_cast<char>(second)};
      ASSERT_EQ(decoded(bytes), WhatwgDecoder().decode(bytes)) << first << ' ' << second;
    }
  }
}

TEST(Utf8, DecodesRandomBytesByTheStandard) {
  for (unsigned seed = 1; seed <= 300; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    test::RandomBytes random(seed);
    std::string bytes = random.text(60);
    // Lead and continuation bytes in all combinations, and ASCII runs of about a word.
    for (int i = 0; i < 60; ++i) bytes += static_cast<char>(0x70 + random.below(0x90));
    bytes.insert(random.below(bytes.size()), random.below(40), 'x');
    ASSERT_EQ(decoded(bytes), WhatwgDecoder().decode(bytes));
  }
}

TEST(Utf8, IsAsciiFindsASingleOtherByte) {
  for (std::size_t length = 0; length < 200; ++length) {
    std::string text(length, '\x7F');
    EXPECT_TRUE(is_ascii(text));
    for (std::size_t at = 0; at < length; ++at) {
      text[at] = '\x80';
      ASSERT_FALSE(is_ascii(text)) << at << " of " << length;
      text[at] = '\0';
    }
  }
}

TEST(Utf8, IncompleteTailIsAnUnfinishedCodePoint) {
  EXPECT_EQ(incomplete_tail(""), 0U);
  EXPECT_EQ(incomplete_tail("abc"), 0U);
  EXPECT_EQ(incomplete_tail("\xC3"), 1U);
  EXPECT_EQ(incomplete_tail("a\xE2\x82"), 2U);
  EXPECT_EQ(incomplete_tail("a\xF0\x9F\x98"), 3U);
  EXPECT_EQ(incomplete_tail("\xC3\xA9"), 0U);
  EXPECT_EQ(incomplete_tail("\xF0\x9F\x98\x80"), 0U);
}

TEST(Utf8, IncompleteTailExcludesInvalidBytes) {
  EXPECT_EQ(incomplete_tail("\x80"), 0U);
  EXPECT_EQ(incomplete_tail("\xC0"), 0U);
  EXPECT_EQ(incomplete_tail("\xE0\x80"), 0U);
  EXPECT_EQ(incomplete_tail("\xED\xA0"), 0U);
  EXPECT_EQ(incomplete_tail("\xF4\x90"), 0U);
  EXPECT_EQ(incomplete_tail("\xF8\x80\x80"), 0U);
  EXPECT_EQ(incomplete_tail("\xC3\xA9\xA9"), 0U);
}

TEST(Utf8, CutKeepsCompleteCodePointsAndInvalidBytes) {
  EXPECT_EQ(cut_on_code_point(""), 0U);
  EXPECT_EQ(cut_on_code_point("ab\xE2\x82\xAC"), 5U);
  EXPECT_EQ(cut_on_code_point("ab\xE2\x82"), 2U);
  EXPECT_EQ(cut_on_code_point("ab\x82\x82"), 4U);
}

// Chunked decoding relies on this: text can be decoded in parts without incomplete tails.
TEST(Utf8, PartsWithoutIncompleteTailsDecodeLikeTheWhole) {
  for (unsigned seed = 1; seed <= 300; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    test::RandomBytes random(seed);
    const std::string bytes = random.text(80);
    std::string held;
    std::string out;
    for (const std::string& chunk : random.chunks(bytes, 7)) {
      held += chunk;
      const std::size_t complete = held.size() - incomplete_tail(held);
      append_valid_utf8(out, std::string_view(held).substr(0, complete));
      held.erase(0, complete);
    }
    append_valid_utf8(out, held);
    ASSERT_EQ(out, decoded(bytes));
  }
}

}  // namespace
}  // namespace escher
