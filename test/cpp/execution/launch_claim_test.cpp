#include "execution/launch_claim.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace escher::test {
namespace {

TEST(LaunchClaim, IsTakenOnce) {
  LaunchClaim claim;
  EXPECT_TRUE(claim.claim());
  EXPECT_FALSE(claim.claim());
}

TEST(LaunchClaim, IsWithdrawnBeforeTheLaunch) {
  LaunchClaim claim;
  EXPECT_TRUE(claim.withdraw());
  EXPECT_FALSE(claim.claim());
}

TEST(LaunchClaim, IsNotWithdrawnDuringTheLaunch) {
  LaunchClaim claim;
  ASSERT_TRUE(claim.claim());
  EXPECT_FALSE(claim.withdraw());
}

TEST(LaunchClaim, IsWithdrawnBetweenTwoTries) {
  LaunchClaim claim;
  ASSERT_TRUE(claim.claim());
  ASSERT_TRUE(claim.release());
  EXPECT_TRUE(claim.withdraw());
  EXPECT_FALSE(claim.claim());
}

TEST(LaunchClaim, IsTakenAgainForTheNextTry) {
  LaunchClaim claim;
  ASSERT_TRUE(claim.claim());
  ASSERT_TRUE(claim.release());
  EXPECT_TRUE(claim.claim());
}

TEST(LaunchClaim, IsKeptWhenTheEndWasRequestedDuringTheLaunch) {
  LaunchClaim claim;
  ASSERT_TRUE(claim.claim());
  ASSERT_FALSE(claim.withdraw());
  EXPECT_FALSE(claim.release());
}

// The launch has failed. Either the strand withdraws the execution, or the spawn thread reports the
// failure, or it tries again: never two of these, and never none.
TEST(LaunchClaim, GivesTheExecutionToOneOfTwoThreads) {
  for (int round = 0; round < 2000; ++round) {
    LaunchClaim claim;
    ASSERT_TRUE(claim.claim());
    std::atomic<bool> go{false};
    bool withdrawn = false;
    std::thread strand([&] {
      while (!go) {
      }
      withdrawn = claim.withdraw();
    });
    go = true;
    const bool released = claim.release();
    const bool tried_again = released && claim.claim();
    strand.join();
    EXPECT_EQ((released ? 0 : 1) + (tried_again ? 1 : 0) + (withdrawn ? 1 : 0), 1);
  }
}

}  // namespace
}  // namespace escher::test
