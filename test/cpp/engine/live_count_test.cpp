#include "engine/live_count.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace escher::test {
namespace {

TEST(LiveCount, CallsTheHandlerWhenTheLastOneIsRemoved) {
  LiveCount live;
  int calls = 0;
  live.add();
  live.on_zero([&] { ++calls; });
  live.remove();
  EXPECT_EQ(calls, 0);
  live.remove();
  EXPECT_EQ(calls, 1);
}

TEST(LiveCount, DoesNotCallTheHandlerBeforeTheCallerIsDone) {
  LiveCount live;
  int calls = 0;
  live.on_zero([&] { ++calls; });
  EXPECT_FALSE(live.is_zero());
  EXPECT_EQ(calls, 0);
  live.remove();
  EXPECT_EQ(calls, 1);
  EXPECT_TRUE(live.is_zero());
}

TEST(LiveCount, CallsTheHandlerOnce) {
  LiveCount live;
  int calls = 0;
  live.on_zero([&] { ++calls; });
  live.remove();
  live.add();
  live.remove();
  EXPECT_EQ(calls, 1);
}

TEST(LiveCount, CallsTheHandlerWithoutItsLock) {
  LiveCount live;
  bool was_zero = false;
  live.on_zero([&] { was_zero = live.is_zero(); });
  live.remove();
  EXPECT_TRUE(was_zero);
}

TEST(LiveCount, StopsWaitingAfterTheTimeout) {
  LiveCount live;
  live.add();
  live.wait_zero(Millis(1));
  EXPECT_FALSE(live.is_zero());
}

TEST(LiveCount, WakesTheWaiterAtZero) {
  LiveCount live;
  live.add();
  std::thread other([&] { live.remove(); });
  live.wait_zero(Millis(3'600'000));
  EXPECT_TRUE(live.is_zero());
  other.join();
}

}  // namespace
}  // namespace escher::test
