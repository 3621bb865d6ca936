#include "output/line_splitter.hpp"

#include <gtest/gtest.h>

#include <initializer_list>
#include <vector>

namespace escher {
namespace {

constexpr bool kPartial = true;

struct Entry {
  std::string text;
  bool partial = false;
  bool operator==(const Entry&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Entry& entry) {
  return out << testing::PrintToString(entry.text) << (entry.partial ? " (partial)" : "");
}

using Entries = std::vector<Entry>;

// A splitter that records what it delivers.
class Recorder {
 public:
  explicit Recorder(std::size_t max_line_bytes = 100, bool of_terminal = false)
      : splitter_(max_line_bytes, of_terminal) {}

  Entries split(std::string_view chunk) {
    return recorded([&](auto sink) { splitter_.split(chunk, sink); });
  }
  Entries flush() {
    return recorded([&](auto sink) { splitter_.flush_partial(sink); });
  }
  Entries finish() {
    return recorded([&](auto sink) { splitter_.finish(sink); });
  }
  LineSplitter& operator*() { return splitter_; }
  LineSplitter* operator->() { return &splitter_; }

 private:
  template <typename Step>
  Entries recorded(Step step) {
    Entries entries;
    step([&](const Line& line) { entries.push_back({std::string(line.text), line.partial}); });
    return entries;
  }

  LineSplitter splitter_;
};

TEST(LineSplitter, DeliversEveryLineOfAChunk) {
  Recorder lines;
  EXPECT_EQ(lines.split("one\ntwo\n\nfour\n"), (Entries{{"one"}, {"two"}, {""}, {"four"}}));
  EXPECT_EQ(lines->pending(), 0U);
}

TEST(LineSplitter, HoldsBackAnUnfinishedLine) {
  Recorder lines;
  EXPECT_EQ(lines.split("begin"), Entries{});
  EXPECT_EQ(lines.split(" and"), Entries{});
  EXPECT_EQ(lines->pending(), 9U);
  EXPECT_EQ(lines.split(" end\nnext"), (Entries{{"begin and end"}}));
  EXPECT_EQ(lines->pending(), 4U);
}

TEST(LineSplitter, CarriageReturnBeforeTheLineFeedIsPartOfTheTerminator) {
  Recorder lines;
  EXPECT_EQ(lines.split("a\r\nb\r\r\n\r\n"), (Entries{{"a"}, {"b\r"}, {""}}));
}

TEST(LineSplitter, TerminatorAcrossChunksIsNotPartOfTheLine) {
  Recorder lines;
  EXPECT_EQ(lines.split("abc\r"), Entries{});
  EXPECT_EQ(lines.split("\nd"), (Entries{{"abc"}}));
  EXPECT_EQ(lines.finish(), (Entries{{"d"}}));
}

TEST(LineSplitter, LoneCarriageReturnBelongsToTheLine) {
  Recorder lines;
  EXPECT_EQ(lines.split("10%\r20%"), Entries{});
  EXPECT_EQ(lines.split("\r30%\n"), (Entries{{"10%\r20%\r30%"}}));
}

TEST(LineSplitter, FinishDeliversTheRest) {
  Recorder lines;
  lines.split("done\nrest\r");
  EXPECT_EQ(lines.finish(), (Entries{{"rest\r"}}));
  EXPECT_EQ(lines.finish(), Entries{});
}

TEST(LineSplitter, FinishDeliversNothingWithoutARest) {
  Recorder lines;
  lines.split("done\n");
  EXPECT_EQ(lines.finish(), Entries{});
}

TEST(LineSplitter, LineOfExactlyTheMaximumIsWhole) {
  Recorder lines(5);
  EXPECT_EQ(lines.split("12345\n12345\r\n12345"), (Entries{{"12345"}, {"12345"}}));
  EXPECT_EQ(lines.finish(), (Entries{{"12345"}}));
}

TEST(LineSplitter, LongLineIsDeliveredInPieces) {
  Recorder lines(5);
  EXPECT_EQ(lines.split("123456789012\n"),
            (Entries{{"12345", kPartial}, {"67890", kPartial}, {"12"}}));
}

TEST(LineSplitter, PieceIsDeliveredAsSoonAsTheLineIsTooLong) {
  Recorder lines(5);
  EXPECT_EQ(lines.split("12345"), Entries{});
  EXPECT_EQ(lines.split("6"), (Entries{{"12345", kPartial}}));
  EXPECT_EQ(lines.split("\n"), (Entries{{"6"}}));
}

TEST(LineSplitter, PendingBytesAreBoundedByTheMaximum) {
  Recorder lines(1000);
  for (int i = 0; i < 50; ++i) {
    lines.split(std::string(777, 'x'));
    EXPECT_LE(lines->pending(), 1001U);
  }
}

TEST(LineSplitter, PieceDoesNotSplitATerminator) {
  Recorder lines(5);
  EXPECT_EQ(lines.split("12345\r"), Entries{});
  EXPECT_EQ(lines.split("\n"), (Entries{{"12345"}}));
  EXPECT_EQ(lines.split("12345\r"), Entries{});
  EXPECT_EQ(lines.split("x\n"), (Entries{{"12345", kPartial}, {"\rx"}}));
  EXPECT_EQ(lines.split("12345\r"), Entries{});
  EXPECT_EQ(lines.finish(), (Entries{{"12345", kPartial}, {"\r"}}));
}

TEST(LineSplitter, PiecesEndOnCodePoints) {
  Recorder lines(5);
  EXPECT_EQ(lines.split("123\xE2\x82\xAC"
                        "4\n"),
            (Entries{{"123", kPartial},
                     {"\xE2\x82\xAC"
                      "4"}}));
}

TEST(LineSplitter, SmallestMaximumFitsOneCodePoint) {
  Recorder lines(1);
  EXPECT_EQ(lines.split("\xF0\x9F\x98\x80\xF0\x9F\x98\x80\n"),
            (Entries{{"\xF0\x9F\x98\x80", kPartial}, {"\xF0\x9F\x98\x80"}}));
}

TEST(LineSplitter, FlushDeliversAPromptAndTheRestClosesTheLine) {
  Recorder lines;
  lines.split("Password: ");
  EXPECT_TRUE(lines->has_partial());
  EXPECT_EQ(lines.flush(), (Entries{{"Password: ", kPartial}}));
  EXPECT_FALSE(lines->has_partial());
  EXPECT_EQ(lines.flush(), Entries{});
  EXPECT_EQ(lines.split("\nok\n"), (Entries{{""}, {"ok"}}));
}

TEST(LineSplitter, FlushHoldsBackAnIncompleteCodePoint) {
  Recorder lines;
  lines.split("a\xE2\x82");
  EXPECT_EQ(lines.flush(), (Entries{{"a", kPartial}}));
  EXPECT_EQ(lines->pending(), 2U);
  EXPECT_FALSE(lines->has_partial());
  EXPECT_EQ(lines.split("\xAC\n"), (Entries{{"\xE2\x82\xAC"}}));
}

TEST(LineSplitter, FlushHoldsBackHalfATerminator) {
  Recorder lines;
  lines.split("50%\r");
  EXPECT_EQ(lines.flush(), (Entries{{"50%", kPartial}}));
  EXPECT_FALSE(lines->has_partial());
  EXPECT_EQ(lines.split("\n"), (Entries{{""}}));
  lines.split("50%\r");
  lines.flush();
  EXPECT_EQ(lines.split("60%"), Entries{});
  EXPECT_EQ(lines.flush(), (Entries{{"\r60%", kPartial}}));
}

TEST(LineSplitter, FinishClosesAPartiallyDeliveredLine) {
  Recorder lines;
  lines.split("prompt> ");
  lines.flush();
  EXPECT_EQ(lines.finish(), (Entries{{""}}));
  EXPECT_EQ(lines.finish(), Entries{});
}

TEST(LineSplitter, SkipCountsWithoutDelivering) {
  LineSplitter splitter(100);
  const auto skipped = splitter.skip("one\ntwo\nthr");
  EXPECT_EQ(skipped.lines, 2U);
  EXPECT_EQ(skipped.pieces, 0U);
  EXPECT_EQ(splitter.pending(), 3U);
}

TEST(LineSplitter, SkipCountsAnyNumberOfEmptyLines) {
  EXPECT_EQ(LineSplitter(100'000).skip(std::string(70'000, '\n')).lines, 70'000U);
}

TEST(LineSplitter, SplitAfterSkipDeliversTheWholeLine) {
  Recorder lines;
  lines->skip("gone\nbegun\r");
  EXPECT_EQ(lines.split("\nnext\n"), (Entries{{"begun"}, {"next"}}));
}

TEST(LineSplitter, SkipDropsPiecesOfALongLine) {
  Recorder lines(5);
  const auto skipped = lines->skip("123456789012");
  EXPECT_EQ(skipped.lines, 0U);
  EXPECT_EQ(skipped.pieces, 2U);
  EXPECT_EQ(lines.split("3\n"), (Entries{{"123"}}));
}

TEST(LineSplitter, KeepsTheCarriageReturnOfATerminal) {
  Recorder lines(100, true);
  EXPECT_EQ(lines.split("one\r\ntwo\nthr"), (Entries{{"one\r"}, {"two"}}));
  EXPECT_EQ(lines.flush(), (Entries{{"thr", kPartial}}));
  EXPECT_EQ(lines.split("ee\r"), Entries());
  EXPECT_EQ(lines.split("\n"), (Entries{{"ee\r"}}));
  std::string block;
  lines->split_blocks(
      "a\r\nb\n", [&](std::string_view text) { block += text; }, [](const Line&) { FAIL(); });
  EXPECT_EQ(block, "a\r\nb\n");
  EXPECT_EQ(lines.split("$ "), Entries());
  EXPECT_EQ(lines.finish(), (Entries{{"$ ", kPartial}}));
  lines.split("$ ");
  lines.flush();
  EXPECT_EQ(lines.finish(), Entries());
}

}  // namespace
}  // namespace escher
