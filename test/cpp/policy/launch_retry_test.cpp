#include "policy/launch_retry.hpp"

#include <gtest/gtest.h>

#include <cerrno>

namespace escher {
namespace {

TEST(LaunchRetry, WaitsLongerEachTimeAndThenNoMore) {
  EXPECT_EQ(retry_delay(EAGAIN, 1), Millis(5));
  EXPECT_EQ(retry_delay(EAGAIN, 2), Millis(10));
  EXPECT_EQ(retry_delay(EAGAIN, 8), Millis(640));
  EXPECT_EQ(retry_delay(EAGAIN, 9), std::nullopt);
}

TEST(LaunchRetry, OfEveryShortageThatPasses) {
  for (const int error : {EAGAIN, ENOMEM, EMFILE, ENFILE}) EXPECT_TRUE(retry_delay(error, 8));
}

TEST(LaunchRetry, ABusyProgramIsWaitedForAShorterTime) {
  EXPECT_EQ(retry_delay(ETXTBSY, 5), Millis(80));
  EXPECT_EQ(retry_delay(ETXTBSY, 6), std::nullopt);
}

TEST(LaunchRetry, WhatStaysWrongIsFinal) {
  for (const int error : {ENOENT, EACCES, ENOEXEC, E2BIG, EPERM, 0}) {
    EXPECT_EQ(retry_delay(error, 1), std::nullopt) << error;
  }
}

TEST(LaunchRetry, NothingFailedIsNothingToRetry) {
  EXPECT_EQ(retry_delay(EAGAIN, 0), std::nullopt);
}

}  // namespace
}  // namespace escher
