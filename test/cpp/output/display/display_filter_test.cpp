#include "output/display/display_filter.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "output/display/shown_text.hpp"

namespace escher {
namespace {

using namespace std::string_literals;
using namespace test;

constexpr const char* kBad = "\xEF\xBF\xBD";

// `sequence` is removed in both modes, for all chunks.
void expect_gone(const std::string& sequence) {
  const std::string bytes = "before" + sequence + "after";
  EXPECT_EQ(coloured(bytes), "beforeafter") << testing::PrintToString(sequence);
  EXPECT_EQ(stripped(bytes), "beforeafter") << testing::PrintToString(sequence);
  expect_settled(bytes);
}

std::string utf8_of(char32_t code) {
  if (code < 0x80) return {static_cast<char>(code)};
  if (code < 0x800) {
    return {static_cast<char>(0xC0 | code >> 6), static_cast<char>(0x80 | (code & 0x3F))};
  }
  return {static_cast<char>(0xE0 | code >> 12), static_cast<char>(0x80 | (code >> 6 & 0x3F)),
          static_cast<char>(0x80 | (code & 0x3F))};
}

TEST(DisplayFilter, KeepsText) {
  const std::string text =
      "plain\ttext\r\n\"quoted\" {json: [1]} ~ gr\xC3\xBC\xC3\x9F"
      "e \xC2\xA0\xC2\xAB \xD8\xA7\xD8\x9B \xE2\x94\x80\xE2\x9C\x93\xE2\x80\x94\xE2\x81\xA0 "
      "\xE4\xB8\xAD\xE6\x96\x87 \xF0\x9F\x98\x80\xE2\x80\x8D\xF0\x9F\x98\x80\n";
  EXPECT_EQ(coloured(text), text);
  EXPECT_EQ(stripped(text), text);
  expect_settled(text);
}

TEST(DisplayFilter, LongPlainTextIsDeliveredInLargePieces) {
  const std::string text(1 << 20, 'x');
  std::size_t pieces = 0;
  DisplayFilter(DisplayMode::sgr).feed(text, [&](std::string_view piece) {
    EXPECT_GE(piece.size(), 4096U);
    ++pieces;
  });
  EXPECT_LE(pieces, 256U);
}

// A suspect byte at every position of a word of the fast search.
TEST(DisplayFilter, FindsAControlAnywhereInLongText) {
  for (const std::string control :
       {"\x01", "\b", "\x1F", "\x7F", "\xC2\x80", "\xD8\x9C", "\xE2\x80\xAE"}) {
    for (const std::string letter : {"x", "\xC3\xBC", "\xE4\xB8\xAD"}) {
      for (std::size_t before = 0; before < 20; ++before) {
        std::string text;
        for (std::size_t i = 0; i < 40; ++i) text += letter;
        const std::string safe = text;
        text.insert(before * letter.size(), control);
        ASSERT_EQ(stripped(text), safe) << before;
      }
    }
  }
}

TEST(DisplayFilter, KeepsSgrDependingOnTheMode) {
  for (const std::string sgr :
       {"\x1B[m", "\x1B[0m", "\x1B[1;31m", "\x1B[38;5;208m", "\x1B[38:2::255:0:10m", "\x1B[;;m",
        "\x1B[4:3m", "\x1B[90;107;1;3;4;9m"}) {
    const std::string bytes = "a" + sgr + "b\x1B[0m\n";
    EXPECT_EQ(coloured(bytes), bytes);
    EXPECT_EQ(stripped(bytes), "ab\n");
    expect_settled(bytes);
  }
}

TEST(DisplayFilter, WritesC1SgrInTheEscapeForm) {
  EXPECT_EQ(coloured("a\xC2\x9B"
                     "31mb"),
            "a\x1B[31mb");
}

TEST(DisplayFilter, ControlsInsideSgrDoNotBreakIt) {
  EXPECT_EQ(coloured("a\x1B[3\b\0\x7F"
                     "1mb"s),
            "a\x1B[31mb");
}

TEST(DisplayFilter, RemovesSequencesSimilarToSgr) {
  expect_gone("\x1B[?4m");
  expect_gone("\x1B[>4;2m");
  expect_gone("\x1B[1 m");
  expect_gone("\x1B[1;31!m");
  expect_gone("\x1B[3<1m");
}

TEST(DisplayFilter, DropsAnEndlessSgr) {
  const std::string longest = "\x1B[" + std::string(253, '1') + "m";
  EXPECT_EQ(coloured(longest), longest);
  EXPECT_EQ(coloured("a\x1B[" + std::string(254, '1') + "mb"), "ab");
  EXPECT_EQ(coloured("a\x1B[" + std::string(1 << 20, ';') + "mb\x1B[1mc"), "ab\x1B[1mc");
}

TEST(DisplayFilter, RemovesOtherControlSequences) {
  for (const std::string sequence : {"\x1B[A",
                                     "\x1B[2K",
                                     "\x1B[1G",
                                     "\x1B[2J",
                                     "\x1B[H",
                                     "\x1B[10;20H",
                                     "\x1B[?25l",
                                     "\x1B[?1049h",
                                     "\x1B[?2004l",
                                     "\x1B[6n",
                                     "\x1B[c",
                                     "\x1B[>c",
                                     "\x1B[!p",
                                     "\x1B[3 q",
                                     "\x1B[1;24r",
                                     "\x1B[s",
                                     "\x1B[u",
                                     "\x1B[21t",
                                     "\x1B[4i",
                                     "\x1B[20h",
                                     "\x1B[1@",
                                     "\x1B[~",
                                     "\xC2\x9B"
                                     "2J",
                                     "\xC2\x9B?25h"}) {
    expect_gone(sequence);
  }
}

TEST(DisplayFilter, RemovesStringsWithTheirText) {
  for (const std::string introducer :
       {"\x1B]", "\x1BP", "\x1B_", "\x1B^", "\x1BX", "\x1Bk", "\xC2\x9D", "\xC2\x90", "\xC2\x9F",
        "\xC2\x9E", "\xC2\x98"}) {
    for (const std::string end : {"\a", "\x1B\\", "\xC2\x9C", "\x18", "\x1A"}) {
      expect_gone(introducer + "0;t\xC3\xA9\t" + end);
    }
  }
}

TEST(DisplayFilter, RemovesCommandsToTheTerminal) {
  expect_gone("\x1B]0;title\a");
  expect_gone("\x1B]52;c;cm0gLXJmIC8=\x1B\\");
  expect_gone("\x1B]9;4;1;42\a");
  expect_gone("\x1B]4;1;?\a");
  expect_gone("\x1B]1337;File=inline=1:aGVsbG8=\a");
  expect_gone("\x1BP$q\"p\x1B\\");
  expect_gone("\x1BPtmux;\x18");
  expect_gone("\x1B_Gf=100,a=T;iVBORw0KGgo=\x1B\\");
}

TEST(DisplayFilter, RemovesEscapeSequencesOfOneCharacter) {
  for (const std::string sequence : {"\x1B"
                                     "c",
                                     "\x1B"
                                     "7",
                                     "\x1B"
                                     "8",
                                     "\x1BM",
                                     "\x1B"
                                     "D",
                                     "\x1B"
                                     "E",
                                     "\x1B=", "\x1B>", "\x1B(0", "\x1B(B", "\x1B)A", "\x1B#8",
                                     "\x1B%G", "\x1B F", "\x1Bn", "\x1B|", "\x1B\\"}) {
    expect_gone(sequence);
  }
}

TEST(DisplayFilter, RemovesControlsExceptLayout) {
  for (char32_t code = 0; code < 0xA0; ++code) {
    if (code >= 0x20 && code < 0x7F) continue;
    const bool layout = code == '\t' || code == '\n' || code == '\r';
    // A control that starts a sequence removes more than itself.
    const bool introducer = code == 0x1B || code == 0x90 || code == 0x98 || code == 0x9B ||
                            code == 0x9D || code == 0x9E || code == 0x9F;
    if (introducer) continue;
    const std::string control = utf8_of(code);
    for (const DisplayMode mode : kModes) {
      ASSERT_EQ(shown(mode, {"a" + control + "b"}), layout ? "a" + control + "b" : "ab")
          << std::uint32_t{code};
    }
  }
}

std::string with_progress(std::string_view bytes) {
  return shown(DisplayMode::sgr_and_progress, {bytes});
}

TEST(DisplayFilter, KeepsProgressInItsMode) {
  for (const std::string progress :
       {"9;4;0", "9;4;1;5", "9;4;1;100", "9;4;3", "9;4;2;", "9;4;4;7;"}) {
    const std::string whole = "\x1B]" + progress + "\a";
    for (const std::string& sequence :
         {whole, "\x1B]" + progress + "\x1B\\", "\xC2\x9D" + progress + "\xC2\x9C"}) {
      const std::string bytes = "a\x1B[1mb" + sequence + "c\n";
      EXPECT_EQ(with_progress(bytes), "a\x1B[1mb" + whole + "c\n") << progress;
      EXPECT_EQ(coloured(bytes), "a\x1B[1mbc\n");
      EXPECT_EQ(stripped(bytes), "abc\n");
      expect_settled(bytes);
    }
  }
}

TEST(DisplayFilter, RemovesSequencesSimilarToProgress) {
  for (const std::string text :
       {"9;4", "9;4;", "9;4;5", "9;4;10", "9;4;1;1000", "9;4;1;x", "9;4;1;5;6", "9;4;1;;5",
        "9;5;1;5", "0;9;4;1;5", "9;4;1;5 ", "9;4;1;\xC3\xA4", "52;c;eHh4", "9;4;1;5;;"}) {
    const std::string bytes = "a\x1B]" + text + "\ab";
    EXPECT_EQ(with_progress(bytes), "ab") << text;
    expect_settled(bytes);
  }
  // Other strings, and incomplete commands.
  for (const std::string bytes :
       {"\x1BP9;4;1;5\a", "\x1B_9;4;1;5\x1B\\", "\x1B]9;4;1;5\x18\x1B\\", "\x1B]9;4;1;5\x1B[\x1B\\",
        "\x1B]9;4;1;5\x1B]0;x\a", "\x1B]9;4;1\xC2\x90;5\a"}) {
    EXPECT_EQ(with_progress(bytes), "") << testing::PrintToString(bytes);
    expect_settled(bytes);
  }
  EXPECT_EQ(with_progress("\x1B]9;4;1;5\nrest\x1B\\"), "\nrest");
}

TEST(DisplayFilter, RemovesCharactersThatRearrangeText) {
  for (char32_t code = 0xA0; code < 0xD800; ++code) {
    const bool gone = code == 0x061C || code == 0x200E || code == 0x200F || code == 0x2028 ||
                      code == 0x2029 || (code >= 0x202A && code <= 0x202E) ||
                      (code >= 0x2066 && code <= 0x2069);
    const std::string character = utf8_of(code);
    ASSERT_EQ(stripped("a" + character + "b"), gone ? "ab" : "a" + character + "b")
        << std::hex << std::uint32_t{code};
  }
}

TEST(DisplayFilter, RemovesBackspaces) {
  EXPECT_EQ(stripped("rm -rf /\b\b\b\b\b\b\b\bls      "), "rm -rf /ls      ");
  EXPECT_EQ(stripped("N\bNA\bA_\bM_\bE"), "NNAA_M_E");
  EXPECT_EQ(stripped("|\b/\b-\b\\\b"), "|/-\\");
}

TEST(DisplayFilter, RestartsABrokenSequence) {
  EXPECT_EQ(coloured("a\x1B\x1B[31mb"), "a\x1B[31mb");
  EXPECT_EQ(coloured("a\x1B[1;\x1B[31mb"), "a\x1B[31mb");
  EXPECT_EQ(coloured("a\x1B]0;t\x1B[31mb"), "a\x1B[31mb");
  EXPECT_EQ(coloured("a\x1B[1;\xC2\x9B"
                     "31mb"),
            "a\x1B[31mb");
  EXPECT_EQ(coloured("a\x1B[31\x18mb"), "amb");
  EXPECT_EQ(coloured("a\x1B[31\x1Amb"), "amb");
}

TEST(DisplayFilter, RemovalCreatesNoNewSequence) {
  EXPECT_EQ(coloured("\x1B\x1B[K[2J"), "[2J");
  EXPECT_EQ(coloured("\x1B[\x1B[K2J"), "2J");
  EXPECT_EQ(coloured("\x1B]\x1B[K52;c;x\a"), "52;c;x");
  // Halves of a character around a removed sequence are not joined.
  EXPECT_EQ(coloured("\xE2\x1B[K\x80\xAE"), kBad + ""s + kBad + kBad);
  EXPECT_EQ(coloured("\xC2\b\x9B"
                     "31m"),
            kBad + ""s + kBad + "31m");
  EXPECT_EQ(coloured("\xE2\x80\xAE\xE2\x80\xE2\x80\xAE\xAE"), kBad + ""s + kBad);
}

TEST(DisplayFilter, ReplacesInvalidUtf8) {
  EXPECT_EQ(coloured("caf\xE9!"), "caf"s + kBad + "!");
  EXPECT_EQ(coloured("\xE2\x82"), kBad);
  EXPECT_EQ(coloured("\xFF\xFE"), kBad + ""s + kBad);
  expect_settled("a\xE2\x82\x1B[1m\xF0\x9F\x98\xC3");
}

// Text in another encoding contains many such bytes.
TEST(DisplayFilter, SingleBytesAboveAsciiAreNotControls) {
  EXPECT_EQ(coloured("\x9D"
                     "0;text\n"),
            kBad + "0;text\n"s);
  EXPECT_EQ(coloured("\x9B"
                     "31m"),
            kBad + "31m"s);
  EXPECT_EQ(coloured("\x1B]0;a\x9C"
                     "b\atext"),
            "text");
  // The second byte of a letter in a title does not end the title.
  EXPECT_EQ(coloured("\x1B]0;\xC5\x9C\xE2\x9C\x93 ok\atext"), "text");
}

TEST(DisplayFilter, SequencesEndWithTheirLine) {
  for (const std::string open :
       {"\x1B", "\x1B(", "\x1B[", "\x1B[1;3", "\x1B[?2", "\x1B]0;title", "\x1BPdata", "\x1B_apc"}) {
    for (const std::string end : {"\n", "\r\n", "\r"}) {
      const std::string bytes = "a" + open + end + "next line" + end;
      EXPECT_EQ(coloured(bytes), "a" + end + "next line" + end) << testing::PrintToString(bytes);
    }
    expect_settled("a" + open + "\r\nnext");
    EXPECT_EQ(coloured("a" + open), "a");
  }
}

TEST(DisplayFilter, KeepsTextThatBreaksASequence) {
  // Output of systemd, which truncates coloured text inside a sequence.
  EXPECT_EQ(stripped("Mounting \x1B[0;1;39mdev-mqueue.mount\x1B\xE2\x80\xA6POSIX Message"),
            "Mounting dev-mqueue.mount\xE2\x80\xA6POSIX Message");
  EXPECT_EQ(stripped("a\x1B[\xE3\x81\x82"), "a\xE3\x81\x82");
  EXPECT_EQ(stripped("a\x1B[1\tb"), "a\tb");
  // The character that breaks off a sequence can itself be removed.
  EXPECT_EQ(stripped("a\x1B[\xE2\x80\xAE"
                     "b"),
            "ab");
}

TEST(DisplayFilter, FinishEndsAnySequence) {
  std::string out;
  const auto append = [&out](std::string_view piece) { out += piece; };
  DisplayFilter filter(DisplayMode::sgr);
  for (const std::string open : {"\x1B]0;title", "\x1B[3", "\xE2\x82"}) {
    filter.feed("a" + open, append);
    filter.finish(append);
  }
  filter.feed("1m", append);
  EXPECT_EQ(out, "aaa"s + kBad + "1m");
}

}  // namespace
}  // namespace escher
