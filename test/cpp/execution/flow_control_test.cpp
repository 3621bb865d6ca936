#include "execution/flow_control.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace escher::test {
namespace {

class FlowControlTest : public testing::Test {
 protected:
  static constexpr std::uint64_t kLimit = 100;

  void open(std::uint64_t token) {
    flow.open(token, [this, token] { resumed.push_back(token); });
  }

  FlowControl flow{kLimit};
  std::vector<std::uint64_t> resumed;
};

TEST_F(FlowControlTest, AllowsReadsUntilTheLimit) {
  open(1);
  EXPECT_TRUE(flow.may_read(1));
  flow.add(1, kLimit - 1);
  EXPECT_TRUE(flow.may_read(1));
  flow.add(1, 1);
  EXPECT_FALSE(flow.may_read(1));
  EXPECT_EQ(flow.outstanding(), kLimit);
}

TEST_F(FlowControlTest, ResumesOnceAtHalfOfTheLimit) {
  open(1);
  flow.add(1, kLimit);
  EXPECT_FALSE(flow.may_read(1));
  EXPECT_FALSE(flow.may_read(1));
  flow.release(1, kLimit / 2 - 1);
  EXPECT_TRUE(resumed.empty());
  flow.release(1, 1);
  EXPECT_EQ(resumed, std::vector<std::uint64_t>{1});
  flow.release(1, kLimit / 2);
  EXPECT_EQ(resumed.size(), 1U);
}

TEST_F(FlowControlTest, PausesAnExecutionAtItsWindow) {
  FlowControl windowed(kLimit, 20);
  windowed.open(1, [this] { resumed.push_back(1); });
  windowed.open(2, [this] { resumed.push_back(2); });
  windowed.add(1, 19);
  EXPECT_TRUE(windowed.may_read(1));
  windowed.add(1, 1);
  EXPECT_FALSE(windowed.may_read(1));
  windowed.add(2, 19);
  EXPECT_TRUE(windowed.may_read(2));
  windowed.release(1, 9);
  EXPECT_TRUE(resumed.empty());
  windowed.release(1, 1);
  EXPECT_EQ(resumed, std::vector<std::uint64_t>{1});
}

// An execution needs room in the engine and in its window.
TEST_F(FlowControlTest, RoomInTheEngineDoesNotResumeAFullWindow) {
  FlowControl windowed(kLimit, 20);
  windowed.open(1, [this] { resumed.push_back(1); });
  windowed.open(2, [this] { resumed.push_back(2); });
  windowed.add(1, 20);
  windowed.add(2, kLimit - 20);
  EXPECT_FALSE(windowed.may_read(1));
  windowed.release(2, kLimit - 20);
  EXPECT_TRUE(resumed.empty());
  windowed.release(1, 10);
  EXPECT_EQ(resumed, std::vector<std::uint64_t>{1});
}

TEST_F(FlowControlTest, DoesNotResumeAnExecutionThatIsNotPaused) {
  open(1);
  flow.add(1, kLimit);
  flow.release(1, kLimit);
  EXPECT_TRUE(resumed.empty());
}

// A consumer that holds back the lines of one execution must not starve another.
TEST_F(FlowControlTest, ExecutionWithoutOutstandingBytesMayAlwaysRead) {
  open(1);
  open(2);
  flow.add(1, 10 * kLimit);
  EXPECT_FALSE(flow.may_read(1));
  EXPECT_TRUE(flow.may_read(2));
  flow.add(2, 5);
  EXPECT_FALSE(flow.may_read(2));
  flow.release(2, 5);
  EXPECT_EQ(resumed, std::vector<std::uint64_t>{2});
}

TEST_F(FlowControlTest, ResumesAllPausedExecutionsWhenThereIsRoom) {
  open(1);
  open(2);
  flow.add(1, kLimit);
  flow.add(2, 1);
  EXPECT_FALSE(flow.may_read(1));
  EXPECT_FALSE(flow.may_read(2));
  flow.release(1, kLimit);
  EXPECT_EQ(resumed.size(), 2U);
}

TEST_F(FlowControlTest, BytesOfAClosedExecutionCountUntilTheyAreReleased) {
  open(1);
  open(2);
  flow.add(1, kLimit);
  flow.close(1);
  flow.add(2, 1);
  EXPECT_FALSE(flow.may_read(2));
  flow.release(1, kLimit);
  EXPECT_EQ(flow.outstanding(), 1U);
  EXPECT_EQ(resumed, std::vector<std::uint64_t>{2});
}

TEST_F(FlowControlTest, DoesNotResumeAClosedExecution) {
  open(1);
  flow.add(1, kLimit);
  EXPECT_FALSE(flow.may_read(1));
  flow.close(1);
  flow.release(1, kLimit);
  EXPECT_TRUE(resumed.empty());
}

TEST_F(FlowControlTest, IgnoresUnknownTokensAndExcessiveReleases) {
  flow.add(7, kLimit);
  flow.release(7, kLimit);
  flow.close(7);
  EXPECT_EQ(flow.outstanding(), 0U);
  EXPECT_TRUE(flow.may_read(7));
  open(1);
  flow.add(1, 10);
  flow.release(1, 1000);
  EXPECT_EQ(flow.outstanding(), 0U);
}

// One thread reads and pauses, another consumes and resumes. No resume is lost.
TEST(FlowControlThreads, LoseNoResume) {
  constexpr std::uint64_t kRounds = 20'000;
  FlowControl flow(100);
  std::atomic<std::uint64_t> added{0};
  std::atomic<bool> may_go_on{true};
  flow.open(1, [&] { may_go_on = true; });
  std::thread consumer([&] {
    for (std::uint64_t taken = 0; taken < kRounds * 10;) {
      const std::uint64_t there = added - taken;
      if (there == 0) {
        std::this_thread::yield();
        continue;
      }
      flow.release(1, there);
      taken += there;
    }
  });
  for (std::uint64_t i = 0; i < kRounds;) {
    if (may_go_on.exchange(false)) {
      while (i < kRounds && flow.may_read(1)) {
        flow.add(1, 10);
        added += 10;
        ++i;
      }
    } else {
      std::this_thread::yield();
    }
  }
  consumer.join();
  EXPECT_EQ(flow.outstanding(), 0U);
}

}  // namespace
}  // namespace escher::test
