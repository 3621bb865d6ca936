#include "model/result.hpp"

#include <gtest/gtest.h>

namespace escher {
namespace {

TEST(OutputTimeline, MergesAdjacentRunsOfOneStream) {
  OutputTimeline timeline;
  timeline.add(Stream::out, 3);
  timeline.add(Stream::out, 0);
  timeline.add(Stream::out, 4);
  timeline.add(Stream::err, 1);
  timeline.add(Stream::err, 0);
  ASSERT_EQ(timeline.runs().size(), 2U);
  EXPECT_EQ(timeline.runs()[0].stream, Stream::out);
  EXPECT_EQ(timeline.runs()[0].bytes, 7U);
  EXPECT_EQ(timeline.runs()[1].bytes, 1U);
}

TEST(OutputTimeline, LimitsTheNumberOfRuns) {
  OutputTimeline timeline;
  for (std::size_t i = 0; i < 3 * OutputTimeline::kMaxRuns; ++i) {
    timeline.add(i % 2 == 0 ? Stream::out : Stream::err, 1);
  }
  EXPECT_EQ(timeline.runs().size(), OutputTimeline::kMaxRuns);
}

TEST(ExecutionResult, SucceedsIfCompletedWithExitCodeZero) {
  ExecutionResult result;
  EXPECT_FALSE(result.success());
  result.status = Status::completed;
  result.exit.code = 0;
  EXPECT_TRUE(result.success());
  result.status = Status::timeout;
  EXPECT_FALSE(result.success());
}

TEST(Status, ParsesItsNames) {
  for (std::size_t i = 0; i < kStatusCount; ++i) {
    const auto status = static_cast<Status>(i);
    EXPECT_EQ(parse_status(to_string(status)), status);
  }
  EXPECT_EQ(parse_status("Running"), std::nullopt);
  EXPECT_FALSE(is_terminal(Status::running));
  EXPECT_TRUE(is_terminal(Status::completed));
  EXPECT_TRUE(is_terminal(Status::cancelled));
}

}  // namespace
}  // namespace escher
