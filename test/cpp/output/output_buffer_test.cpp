#include "output/output_buffer.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace escher {
namespace {

TEST(OutputBuffer, KeepsBytesWithinTheLimitAndCountsAll) {
  OutputBuffer buffer(5);
  EXPECT_EQ(buffer.append("abc"), 3U);
  EXPECT_EQ(buffer.append("defg"), 2U);
  EXPECT_EQ(buffer.append("h"), 0U);
  EXPECT_EQ(buffer.kept(), "abcde");
  EXPECT_EQ(buffer.total(), 8U);
}

TEST(OutputBuffer, ExactlyTheLimitIsNotOverIt) {
  OutputBuffer buffer(4);
  EXPECT_EQ(buffer.append("1234"), 4U);
  EXPECT_FALSE(buffer.over_limit());
  EXPECT_EQ(buffer.append(""), 0U);
  EXPECT_FALSE(buffer.over_limit());
  EXPECT_EQ(buffer.append("5"), 0U);
  EXPECT_TRUE(buffer.over_limit());
}

TEST(OutputBuffer, LimitOfZeroKeepsNothing) {
  OutputBuffer buffer(0);
  EXPECT_FALSE(buffer.over_limit());
  EXPECT_EQ(buffer.append("x"), 0U);
  EXPECT_TRUE(buffer.over_limit());
  EXPECT_EQ(buffer.kept(), "");
}

TEST(OutputBuffer, LargestLimitKeepsEverything) {
  OutputBuffer buffer(std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(buffer.append("all of it"), 9U);
  EXPECT_EQ(buffer.kept(), "all of it");
}

TEST(OutputBuffer, TakeMovesTheBytesAndKeepsTheTotal) {
  OutputBuffer buffer(3);
  buffer.append("abcd");
  EXPECT_EQ(buffer.take().view(), "abc");
  EXPECT_EQ(buffer.kept(), "");
  EXPECT_EQ(buffer.total(), 4U);
}

}  // namespace
}  // namespace escher
