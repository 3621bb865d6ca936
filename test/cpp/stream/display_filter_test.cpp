#include "stream/display_filter.hpp"

#include <gtest/gtest.h>

#include <initializer_list>
#include <vector>

#include "random_bytes.hpp"
#include "stream/utf8.hpp"

namespace escher {
namespace {

using namespace std::string_literals;

constexpr const char* kBad = "\xEF\xBF\xBD";
constexpr std::initializer_list<DisplayMode> kModes{DisplayMode::sgr, DisplayMode::sgr_and_progress,
                                                    DisplayMode::strip};

using Chunks = std::vector<std::string_view>;

std::string shown(DisplayMode mode, const Chunks& chunks) {
  std::string out;
  const auto append = [&out](std::string_view piece) { out += piece; };
  DisplayFilter filter(mode);
  for (const std::string_view chunk : chunks) filter.feed(chunk, append);
  filter.finish(append);
  return out;
}

std::string coloured(std::string_view bytes) { return shown(DisplayMode::sgr, {bytes}); }
std::string stripped(std::string_view bytes) { return shown(DisplayMode::strip, {bytes}); }

// What has to hold for any bytes: it is the same in all cuts into three chunks, in chunks of one
// byte, and when it is shown again.
void expect_settled(std::string_view bytes) {
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

// Nothing of `sequence` is left, in either mode, wherever it is cut.
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

TEST(DisplayFilter, TextIsLeftAsItIs) {
  const std::string text =
      "plain\ttext\r\n\"quoted\" {json: [1]} ~ gr\xC3\xBC\xC3\x9F"
      "e \xC2\xA0\xC2\xAB \xD8\xA7\xD8\x9B \xE2\x94\x80\xE2\x9C\x93\xE2\x80\x94\xE2\x81\xA0 "
      "\xE4\xB8\xAD\xE6\x96\x87 \xF0\x9F\x98\x80\xE2\x80\x8D\xF0\x9F\x98\x80\n";
  EXPECT_EQ(coloured(text), text);
  EXPECT_EQ(stripped(text), text);
  expect_settled(text);
}

TEST(DisplayFilter, LongPlainTextComesInLargePieces) {
  const std::string text(1 << 20, 'x');
  std::size_t pieces = 0;
  DisplayFilter(DisplayMode::sgr).feed(text, [&](std::string_view piece) {
    EXPECT_GE(piece.size(), 4096U);
    ++pieces;
  });
  EXPECT_LE(pieces, 256U);
}

// A suspect byte at every place of every word that the quick search looks at.
TEST(DisplayFilter, OneControlIsFoundAnywhereInLongText) {
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

TEST(DisplayFilter, SgrStaysOrGoesByTheMode) {
  for (const std::string sgr :
       {"\x1B[m", "\x1B[0m", "\x1B[1;31m", "\x1B[38;5;208m", "\x1B[38:2::255:0:10m", "\x1B[;;m",
        "\x1B[4:3m", "\x1B[90;107;1;3;4;9m"}) {
    const std::string bytes = "a" + sgr + "b\x1B[0m\n";
    EXPECT_EQ(coloured(bytes), bytes);
    EXPECT_EQ(stripped(bytes), "ab\n");
    expect_settled(bytes);
  }
}

TEST(DisplayFilter, SgrIntroducedByC1IsWrittenTheUsualWay) {
  EXPECT_EQ(coloured("a\xC2\x9B"
                     "31mb"),
            "a\x1B[31mb");
}

TEST(DisplayFilter, ControlsWithinAnSgrDoNotBreakIt) {
  EXPECT_EQ(coloured("a\x1B[3\b\0\x7F"
                     "1mb"s),
            "a\x1B[31mb");
}

TEST(DisplayFilter, WhatOnlyLooksLikeSgrGoes) {
  expect_gone("\x1B[?4m");
  expect_gone("\x1B[>4;2m");
  expect_gone("\x1B[1 m");
  expect_gone("\x1B[1;31!m");
  expect_gone("\x1B[3<1m");
}

TEST(DisplayFilter, AnSgrThatNeverEndsIsDropped) {
  const std::string longest = "\x1B[" + std::string(253, '1') + "m";
  EXPECT_EQ(coloured(longest), longest);
  EXPECT_EQ(coloured("a\x1B[" + std::string(254, '1') + "mb"), "ab");
  EXPECT_EQ(coloured("a\x1B[" + std::string(1 << 20, ';') + "mb\x1B[1mc"), "ab\x1B[1mc");
}

TEST(DisplayFilter, OtherControlSequencesGo) {
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

TEST(DisplayFilter, StringsGoWithWhatTheyHold) {
  for (const std::string introducer :
       {"\x1B]", "\x1BP", "\x1B_", "\x1B^", "\x1BX", "\x1Bk", "\xC2\x9D", "\xC2\x90", "\xC2\x9F",
        "\xC2\x9E", "\xC2\x98"}) {
    for (const std::string end : {"\a", "\x1B\\", "\xC2\x9C", "\x18", "\x1A"}) {
      expect_gone(introducer + "0;t\xC3\xA9\t" + end);
    }
  }
}

TEST(DisplayFilter, CommandsToTheTerminalGo) {
  expect_gone("\x1B]0;title\a");
  expect_gone("\x1B]52;c;cm0gLXJmIC8=\x1B\\");
  expect_gone("\x1B]9;4;1;42\a");
  expect_gone("\x1B]4;1;?\a");
  expect_gone("\x1B]1337;File=inline=1:aGVsbG8=\a");
  expect_gone("\x1BP$q\"p\x1B\\");
  expect_gone("\x1BPtmux;\x18");
  expect_gone("\x1B_Gf=100,a=T;iVBORw0KGgo=\x1B\\");
}

TEST(DisplayFilter, EscapeSequencesOfOneCharacterGo) {
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

TEST(DisplayFilter, ControlsGoButForLayout) {
  for (char32_t code = 0; code < 0xA0; ++code) {
    if (code >= 0x20 && code < 0x7F) continue;
    const bool layout = code == '\t' || code == '\n' || code == '\r';
    // What begins a sequence takes more than itself.
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

TEST(DisplayFilter, ProgressStaysWhereItIsAskedFor) {
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

TEST(DisplayFilter, WhatIsAlmostProgressGoes) {
  for (const std::string text :
       {"9;4", "9;4;", "9;4;5", "9;4;10", "9;4;1;1000", "9;4;1;x", "9;4;1;5;6", "9;4;1;;5",
        "9;5;1;5", "0;9;4;1;5", "9;4;1;5 ", "9;4;1;\xC3\xA4", "52;c;eHh4", "9;4;1;5;;"}) {
    const std::string bytes = "a\x1B]" + text + "\ab";
    EXPECT_EQ(with_progress(bytes), "ab") << text;
    expect_settled(bytes);
  }
  // Other strings, and commands that are broken off.
  for (const std::string bytes :
       {"\x1BP9;4;1;5\a", "\x1B_9;4;1;5\x1B\\", "\x1B]9;4;1;5\x18\x1B\\", "\x1B]9;4;1;5\x1B[\x1B\\",
        "\x1B]9;4;1;5\x1B]0;x\a", "\x1B]9;4;1\xC2\x90;5\a"}) {
    EXPECT_EQ(with_progress(bytes), "") << testing::PrintToString(bytes);
    expect_settled(bytes);
  }
  EXPECT_EQ(with_progress("\x1B]9;4;1;5\nrest\x1B\\"), "\nrest");
}

TEST(DisplayFilter, CharactersThatRearrangeTextGo) {
  for (char32_t code = 0xA0; code < 0xD800; ++code) {
    const bool gone = code == 0x061C || code == 0x200E || code == 0x200F || code == 0x2028 ||
                      code == 0x2029 || (code >= 0x202A && code <= 0x202E) ||
                      (code >= 0x2066 && code <= 0x2069);
    const std::string character = utf8_of(code);
    ASSERT_EQ(stripped("a" + character + "b"), gone ? "ab" : "a" + character + "b")
        << std::hex << std::uint32_t{code};
  }
}

TEST(DisplayFilter, BackspacesHideNothing) {
  EXPECT_EQ(stripped("rm -rf /\b\b\b\b\b\b\b\bls      "), "rm -rf /ls      ");
  EXPECT_EQ(stripped("N\bNA\bA_\bM_\bE"), "NNAA_M_E");
  EXPECT_EQ(stripped("|\b/\b-\b\\\b"), "|/-\\");
}

TEST(DisplayFilter, ASequenceThatIsBrokenOffBeginsAnew) {
  EXPECT_EQ(coloured("a\x1B\x1B[31mb"), "a\x1B[31mb");
  EXPECT_EQ(coloured("a\x1B[1;\x1B[31mb"), "a\x1B[31mb");
  EXPECT_EQ(coloured("a\x1B]0;t\x1B[31mb"), "a\x1B[31mb");
  EXPECT_EQ(coloured("a\x1B[1;\xC2\x9B"
                     "31mb"),
            "a\x1B[31mb");
  EXPECT_EQ(coloured("a\x1B[31\x18mb"), "amb");
  EXPECT_EQ(coloured("a\x1B[31\x1Amb"), "amb");
}

TEST(DisplayFilter, NothingFormsFromWhatIsLeft) {
  EXPECT_EQ(coloured("\x1B\x1B[K[2J"), "[2J");
  EXPECT_EQ(coloured("\x1B[\x1B[K2J"), "2J");
  EXPECT_EQ(coloured("\x1B]\x1B[K52;c;x\a"), "52;c;x");
  // Halves of characters around what goes: they stay halves.
  EXPECT_EQ(coloured("\xE2\x1B[K\x80\xAE"), kBad + ""s + kBad + kBad);
  EXPECT_EQ(coloured("\xC2\b\x9B"
                     "31m"),
            kBad + ""s + kBad + "31m");
  EXPECT_EQ(coloured("\xE2\x80\xAE\xE2\x80\xE2\x80\xAE\xAE"), kBad + ""s + kBad);
}

TEST(DisplayFilter, BytesThatAreNoUtf8AreReplaced) {
  EXPECT_EQ(coloured("caf\xE9!"), "caf"s + kBad + "!");
  EXPECT_EQ(coloured("\xE2\x82"), kBad);
  EXPECT_EQ(coloured("\xFF\xFE"), kBad + ""s + kBad);
  expect_settled("a\xE2\x82\x1B[1m\xF0\x9F\x98\xC3");
}

// Text of another encoding is full of such bytes.
TEST(DisplayFilter, SingleBytesOverAsciiAreNoControls) {
  EXPECT_EQ(coloured("\x9D"
                     "0;text\n"),
            kBad + "0;text\n"s);
  EXPECT_EQ(coloured("\x9B"
                     "31m"),
            kBad + "31m"s);
  EXPECT_EQ(coloured("\x1B]0;a\x9C"
                     "b\atext"),
            "text");
  // The second byte of a letter in a title is no end of it.
  EXPECT_EQ(coloured("\x1B]0;\xC5\x9C\xE2\x9C\x93 ok\atext"), "text");
}

TEST(DisplayFilter, NoSequenceOutlivesItsLine) {
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

TEST(DisplayFilter, TextThatFitsNoSequenceIsNotLost) {
  // As systemd printed it, having shortened a coloured text in the middle of a sequence.
  EXPECT_EQ(stripped("Mounting \x1B[0;1;39mdev-mqueue.mount\x1B\xE2\x80\xA6POSIX Message"),
            "Mounting dev-mqueue.mount\xE2\x80\xA6POSIX Message");
  EXPECT_EQ(stripped("a\x1B[\xE3\x81\x82"), "a\xE3\x81\x82");
  EXPECT_EQ(stripped("a\x1B[1\tb"), "a\tb");
  // What breaks a sequence off may itself be something that goes.
  EXPECT_EQ(stripped("a\x1B[\xE2\x80\xAE"
                     "b"),
            "ab");
}

TEST(DisplayFilter, TheEndIsTheEndOfAnySequence) {
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

TEST(DisplayFilter, RealOutputReadsAsItShould) {
  struct Sample {
    std::string bytes;
    std::string stripped;
  };
  const std::vector<Sample> samples{
      // npm: a spinner, a coloured warning.
      {"\x1B[1G\x1B[0K\xE2\xA0\x99\x1B[1G\x1B[0Knpm \x1B[33mwarn\x1B[39m deprecated a@1\n",
       "\xE2\xA0\x99npm warn deprecated a@1\n"},
      // cargo: erases its progress bar.
      {"\x1B[1m\x1B[32m   Compiling\x1B[0m libc v0.2\n\x1B[K    Building [==> ] 3/7\r\x1B[K"
       "\x1B]9;4;1;42\x1B\\done\n",
       "   Compiling libc v0.2\n    Building [==> ] 3/7\rdone\n"},
      // pytest.
      {"\x1B[1m===== test session starts =====\x1B[0m\n"
       "t.py \x1B[32m.\x1B[0m\x1B[31mF\x1B[0m\x1B[31m   [100%]\x1B[0m\n",
       "===== test session starts =====\nt.py .F   [100%]\n"},
      // aws through its pager.
      {"\x1B[?1h\x1B=\r{\x1B[m\r\n    \"Account\": \"1\"\x1B[m\r\n}\x1B[m\r\n\r\x1B[K\x1B[?1l\x1B>",
       "\r{\r\n    \"Account\": \"1\"\r\n}\r\n\r"},
      // docker: goes up to redraw its lines.
      {"\x1B[1A\x1B[2K\rabc: Downloading [==>  ]\r\x1B[1B\x1B[?25h",
       "\rabc: Downloading [==>  ]\r"},
      // git log.
      {"\x1B[33mcommit 774c9aa\x1B[m\x1B[33m (\x1B[m\x1B[1;36mHEAD -> \x1B[m)\x1B[m\n",
       "commit 774c9aa (HEAD -> )\n"},
      // ls and gcc: hyperlinks.
      {"\x1B]8;;file://host/a.c\x1B\\a.c\x1B]8;;\x1B\\\n", "a.c\n"},
      {"\x1B[01m\x1B[Kx.c:1:1:\x1B[m\x1B[K \x1B[01;31m\x1B[Kerror: \x1B[m\x1B[K"
       "[\x1B]8;;https://gcc.gnu.org/\a-Wall\x1B]8;;\a]\n",
       "x.c:1:1: error: [-Wall]\n"},
      // A time stamp of a build server.
      {"\x1B_bk;t=1700000000000\a$ make\n", "$ make\n"},
      // A shell in screen or tmux.
      {"\x1Bkmake\x1B\\all: ok\n", "all: ok\n"},
  };
  for (const Sample& sample : samples) {
    EXPECT_EQ(stripped(sample.bytes), sample.stripped);
    EXPECT_EQ(stripped(coloured(sample.bytes)), sample.stripped);
    expect_settled(sample.bytes);
  }
}

TEST(DisplayFilter, ColoursStayWhereTheyWereInRealOutput) {
  EXPECT_EQ(coloured("\x1B[01m\x1B[Kx.c:1:1:\x1B[m\x1B[K \x1B[01;31m\x1B[Kerror: \x1B[m\x1B[K\n"),
            "\x1B[01mx.c:1:1:\x1B[m \x1B[01;31merror: \x1B[m\n");
}

// All short texts over what sequences are made of, in all cuts.
TEST(DisplayFilter, ShortTextsAreSettled) {
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

TEST(DisplayFilter, LongTextsDoNotDependOnTheChunks) {
  for (unsigned seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    test::RandomBytes random(seed);
    std::string bytes;
    for (int i = 0; i < 200; ++i) {
      // Around the size of the parts that a chunk is decoded in, too.
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
}  // namespace escher
