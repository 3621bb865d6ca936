#include "policy/launch_retry.hpp"

#include <gtest/gtest.h>

#include <cerrno>

namespace escher {
namespace {

TEST(LaunchRetry, WaitsLongerEachTimeAndThenNoMore) {
  EXPECT_EQ(retry_delay(EAGAIN, 1, false), Millis(5));
  EXPECT_EQ(retry_delay(EAGAIN, 2, false), Millis(10));
  EXPECT_EQ(retry_delay(EAGAIN, 8, false), Millis(640));
  EXPECT_EQ(retry_delay(EAGAIN, 9, false), std::nullopt);
}

TEST(LaunchRetry, OfEveryShortageThatPasses) {
  for (const int error : {EAGAIN, ENOMEM, EMFILE, ENFILE})
    EXPECT_TRUE(retry_delay(error, 8, false));
}

// Their ends give back what is missing.
TEST(LaunchRetry, WaitsOnWhileOthersRun) {
  for (const int error : {EAGAIN, ENOMEM, EMFILE, ENFILE}) {
    Millis all{0};
    int failures = 1;
    for (; const auto delay = retry_delay(error, failures, true); ++failures) {
      EXPECT_LE(*delay, Millis(640));
      all += *delay;
    }
    EXPECT_GT(all, Millis(29'000));
    EXPECT_LT(all, Millis(31'000));
  }
  EXPECT_EQ(retry_delay(ETXTBSY, 6, true), std::nullopt);
  EXPECT_EQ(retry_delay(ENOENT, 1, true), std::nullopt);
}

TEST(LaunchRetry, ABusyProgramIsWaitedForAShorterTime) {
  EXPECT_EQ(retry_delay(ETXTBSY, 5, false), Millis(80));
  EXPECT_EQ(retry_delay(ETXTBSY, 6, false), std::nullopt);
}

TEST(LaunchRetry, WhatStaysWrongIsFinal) {
  for (const int error : {ENOENT, EACCES, ENOEXEC, E2BIG, EPERM, 0}) {
    EXPECT_EQ(retry_delay(error, 1, false), std::nullopt) << error;
  }
}

TEST(LaunchRetry, NothingFailedIsNothingToRetry) {
  EXPECT_EQ(retry_delay(EAGAIN, 0, false), std::nullopt);
}

}  // namespace
}  // namespace escher
