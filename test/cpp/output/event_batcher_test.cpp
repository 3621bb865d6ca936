#include "output/event_batcher.hpp"

#include <gtest/gtest.h>

namespace escher {
namespace {

constexpr EpochMillis kNow = 1234.5;

TEST(EventBatcher, JoinsLinesAndNumbersThem) {
  EventBatcher batcher(42);
  batcher.add(Stream::err, {"one", false});
  batcher.add(Stream::err, {"", false});
  batcher.add(Stream::err, {"three", false});
  const auto batch = batcher.take(kNow);
  ASSERT_TRUE(batch);
  EXPECT_EQ(batch->token, 42U);
  EXPECT_EQ(batch->timestamp, kNow);
  EXPECT_EQ(batch->stream, Stream::err);
  EXPECT_EQ(batch->first_seq, 0U);
  EXPECT_EQ(batch->count, 3U);
  EXPECT_FALSE(batch->partial);
  EXPECT_EQ(batch->text, "one\n\nthree");
  EXPECT_EQ(batcher.next_seq(), 3U);
}

using Ends = std::vector<std::uint32_t>;

TEST(EventBatcher, ReportsTheEndsOfLines) {
  EventBatcher batcher(1);
  batcher.add(Stream::out, {"one", false});
  EXPECT_EQ(batcher.add_block(Stream::out, "two\n\nfour\n"), 3U);
  batcher.add(Stream::out, {"five", true});
  const auto batch = batcher.take(kNow);
  ASSERT_TRUE(batch);
  EXPECT_EQ(batch->text, "one\ntwo\n\nfour\nfive");
  EXPECT_EQ(batch->ends, (Ends{3, 7, 8, 13, 18}));
  EXPECT_EQ(batch->count, 5U);
  EXPECT_EQ(batcher.next_seq(), 5U);
}

TEST(EventBatcher, BlockStartsABatch) {
  EventBatcher batcher(1);
  batcher.skip(7);
  EXPECT_EQ(batcher.add_block(Stream::err, "a\nb\n"), 2U);
  const auto batch = batcher.take(kNow);
  ASSERT_TRUE(batch);
  EXPECT_EQ(batch->stream, Stream::err);
  EXPECT_EQ(batch->first_seq, 7U);
  EXPECT_EQ(batch->ends, (Ends{1, 3}));
}

// The ends count bytes, but JavaScript counts UTF-16 code units.
TEST(EventBatcher, ReportsNoEndsOutsideAscii) {
  EventBatcher batcher(1);
  batcher.add_block(Stream::out, "\xE2\x82\xAC\nb\n");
  const auto batch = batcher.take(kNow);
  ASSERT_TRUE(batch);
  EXPECT_FALSE(batch->ascii);
  EXPECT_EQ(batch->ends, Ends{});
}

TEST(EventBatcher, IsEmptyBeforeTheFirstAndAfterTheLastLine) {
  EventBatcher batcher(1);
  EXPECT_FALSE(batcher.take(kNow));
  batcher.add(Stream::out, {"x", false});
  EXPECT_TRUE(batcher.take(kNow));
  EXPECT_FALSE(batcher.take(kNow));
}

TEST(EventBatcher, OneEmptyLineIsABatch) {
  EventBatcher batcher(1);
  batcher.add(Stream::out, {"", false});
  const auto batch = batcher.take(kNow);
  ASSERT_TRUE(batch);
  EXPECT_EQ(batch->count, 1U);
  EXPECT_EQ(batch->text, "");
  EXPECT_EQ(batch->weight(), 1U);
}

TEST(EventBatcher, MustBeTakenBeforeTheOtherStream) {
  EventBatcher batcher(1);
  EXPECT_FALSE(batcher.must_take_before(Stream::err));
  batcher.add(Stream::out, {"x", false});
  EXPECT_FALSE(batcher.must_take_before(Stream::out));
  EXPECT_TRUE(batcher.must_take_before(Stream::err));
}

TEST(EventBatcher, MustBeTakenAfterAPartialLine) {
  EventBatcher batcher(1);
  batcher.add(Stream::out, {"whole", false});
  batcher.add(Stream::out, {"begun", true});
  EXPECT_TRUE(batcher.must_take_before(Stream::out));
  const auto batch = batcher.take(kNow);
  ASSERT_TRUE(batch);
  EXPECT_TRUE(batch->partial);
  EXPECT_EQ(batch->text, "whole\nbegun");
  EXPECT_FALSE(batcher.must_take_before(Stream::out));
}

TEST(EventBatcher, NumbersContinueAcrossBatchesAndSkippedLines) {
  EventBatcher batcher(1);
  batcher.add(Stream::out, {"0", false});
  batcher.take(kNow);
  batcher.skip(10);
  batcher.add(Stream::err, {"11", false});
  EXPECT_EQ(batcher.take(kNow)->first_seq, 11U);
  EXPECT_EQ(batcher.next_seq(), 12U);
}

TEST(EventBatcher, ReportsWhetherTheTextIsAscii) {
  EventBatcher batcher(1);
  batcher.add(Stream::out, {"plain", false});
  EXPECT_TRUE(batcher.take(kNow)->ascii);
  batcher.add(Stream::out, {"gr\xC3\xBCn", false});
  const auto batch = batcher.take(kNow);
  EXPECT_FALSE(batch->ascii);
  EXPECT_EQ(batch->text, "gr\xC3\xBCn");
}

TEST(EventBatcher, ConvertsTheTextToValidUtf8) {
  EventBatcher batcher(1);
  batcher.add(Stream::out, {"cut \xE2\x82", false});
  batcher.add(Stream::out, {"\xAC next", false});
  // A code point cannot span two lines.
  EXPECT_EQ(batcher.take(kNow)->text, "cut \xEF\xBF\xBD\n\xEF\xBF\xBD next");
}

TEST(EventBatcher, ExpectedSizeIsOnlyAHint) {
  EventBatcher batcher(1);
  batcher.expect(2);
  batcher.add(Stream::out, {"longer than that", false});
  EXPECT_EQ(batcher.bytes(), 17U);
  EXPECT_EQ(batcher.take(kNow)->text, "longer than that");
  EXPECT_EQ(batcher.bytes(), 0U);
}

}  // namespace
}  // namespace escher
