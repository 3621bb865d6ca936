// The redactor on base64 that is wrapped into lines, with a secret at any offset.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "output/redaction/redactor.hpp"

namespace escher {
namespace {

const std::string kSecret = "correct-horse-battery-staple";

std::string base64(std::string_view bytes) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    std::uint32_t bits = 0;
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - at);
    for (std::size_t i = 0; i < 3; ++i) {
      bits = bits << 8 | (i < count ? static_cast<unsigned char>(bytes[at + i]) : 0U);
    }
    for (std::size_t i = 0; i < 4; ++i) {
      text += i <= count ? kDigits[bits >> (18 - 6 * i) & 63] : '=';
    }
  }
  return text;
}

std::string wrapped(const std::string& digits, std::size_t width, const std::string& line_end) {
  std::string text;
  for (std::size_t at = 0; at < digits.size(); at += width) {
    text += digits.substr(at, width) + line_end;
  }
  return text;
}

std::string redacted(const Redactor& redactor, const std::string& text, std::size_t chunk) {
  RedactingStream stream(redactor);
  std::string out;
  const auto append = [&out](std::string_view bytes) { out += bytes; };
  for (std::size_t at = 0; at < text.size(); at += chunk)
    stream.feed(text.substr(at, chunk), append);
  stream.finish(append);
  return out;
}

std::string without_line_ends(std::string text) {
  std::erase_if(text, [](char c) { return c == '\n' || c == '\r'; });
  return text;
}

// The digits that depend on the secret only, if it follows `offset` other bytes.
std::string own_digits(std::size_t offset) {
  const std::string digits = base64(std::string(offset % 3, 'x') + kSecret + "yyy");
  const std::size_t first = (8 * (offset % 3) + 5) / 6;
  return digits.substr(first, 8 * (offset % 3 + kSecret.size()) / 6 - first);
}

TEST(RedactorWrapping, FindsASecretAtEveryOffset) {
  const Redactor redactor({kSecret});
  for (std::size_t offset = 0; offset < 200; ++offset) {
    const std::string text = std::string(offset, 'x') + kSecret + std::string(100, 'y');
    for (const std::size_t width : {64, 76}) {
      for (const std::string line_end : {"\n", "\r\n"}) {
        const std::string lines = wrapped(base64(text), width, line_end);
        ASSERT_NE(without_line_ends(lines).find(own_digits(offset)), std::string::npos);
        const std::string whole = redactor.redact(lines);
        EXPECT_EQ(without_line_ends(whole).find(own_digits(offset)), std::string::npos)
            << "offset " << offset << ", width " << width;
        EXPECT_NE(whole.find("***"), std::string::npos);
        for (const std::size_t chunk : {1, 7, 64, 65, 76, 77}) {
          ASSERT_EQ(redacted(redactor, lines, chunk), whole) << "offset " << offset;
        }
      }
    }
  }
}

TEST(RedactorWrapping, FindsALongSecretOverSeveralLines) {
  const std::string secret(300, 's');
  const Redactor redactor({secret});
  for (std::size_t offset = 0; offset < 60; ++offset) {
    const std::string lines = wrapped(base64(std::string(offset, 'x') + secret + "yyyy"), 76, "\n");
    const std::string out = redacted(redactor, lines, 10);
    EXPECT_LT(out.size(), lines.size() - 380) << "offset " << offset << ": " << out;
  }
}

TEST(RedactorWrapping, KeepsOtherLinesOfTheSameWidth) {
  const Redactor redactor({kSecret});
  const std::string digits = base64(std::string(500, 'x') + kSecret.substr(0, 20) + "!");
  const std::string lines = wrapped(digits, 76, "\n") + "next\n";
  EXPECT_EQ(redactor.redact(lines), lines);
  EXPECT_EQ(redacted(redactor, lines, 5), lines);
}

// Text is held back after a line of base64 only.
TEST(RedactorWrapping, PassesOtherLinesAtOnce) {
  const Redactor redactor({kSecret});
  const std::string digits = own_digits(0).substr(0, 20);
  RedactingStream stream(redactor);
  std::string out;
  const auto append = [&out](std::string_view bytes) { out += bytes; };
  const std::string text = "$ " + std::string(74 - digits.size(), 'x') + digits + "\n";
  const std::string base64_line = std::string(76 - digits.size(), 'x') + digits + "\n";
  stream.feed(text, append);
  EXPECT_EQ(out, text);
  stream.feed(base64_line, append);
  EXPECT_EQ(stream.held(), digits.size() + 1);
  stream.feed("other\n", append);
  EXPECT_EQ(out, text + base64_line + "other\n");
}

}  // namespace
}  // namespace escher
