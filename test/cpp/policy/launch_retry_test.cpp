#include "policy/launch_retry.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <vector>

namespace escher {
namespace {

constexpr bool kOthersRun = true;
constexpr bool kAlone = false;

// The delays until the error is final.
std::vector<Millis> waits(LaunchRetry& retry, int os_error, bool others_run) {
  std::vector<Millis> all;
  while (const auto wait = retry.after_failure(os_error, others_run)) all.push_back(*wait);
  return all;
}

std::vector<Millis> waits(int os_error, bool others_run) {
  LaunchRetry retry;
  return waits(retry, os_error, others_run);
}

const std::vector<Millis> kWaitsAlone = {Millis(5),  Millis(10),  Millis(20),  Millis(40),
                                         Millis(80), Millis(160), Millis(320), Millis(640)};

TEST(LaunchRetry, DoublesTheDelayAndStopsForEveryExhaustion) {
  for (const int error : {EAGAIN, ENOMEM, EMFILE, ENFILE}) {
    EXPECT_EQ(waits(error, kAlone), kWaitsAlone) << error;
  }
}

// Other executions release resources when they end.
TEST(LaunchRetry, RetriesLongerWhileOthersRun) {
  for (const int error : {EAGAIN, ENOMEM, EMFILE, ENFILE}) {
    Millis all{0};
    for (const Millis wait : waits(error, kOthersRun)) {
      EXPECT_LE(wait, Millis(640));
      all += wait;
    }
    EXPECT_GT(all, Millis(29'000));
    EXPECT_LT(all, Millis(31'000));
  }
}

TEST(LaunchRetry, AllowsTheFullTimeAfterTheOthersHaveEnded) {
  LaunchRetry retry;
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(retry.after_failure(ENFILE, kOthersRun));
  EXPECT_EQ(waits(retry, ENFILE, kAlone), kWaitsAlone);
}

TEST(LaunchRetry, StopsThoughOthersStartAndEnd) {
  LaunchRetry retry;
  int retries = 0;
  while (retry.after_failure(ENFILE, ++retries % 5 == 0)) ASSERT_LT(retries, 1000);
  EXPECT_EQ(retries, 54);
}

TEST(LaunchRetry, RetriesABusyProgramForAShorterTime) {
  const std::vector<Millis> five(kWaitsAlone.begin(), kWaitsAlone.begin() + 5);
  EXPECT_EQ(waits(ETXTBSY, kAlone), five);
  EXPECT_EQ(waits(ETXTBSY, kOthersRun), five);
}

TEST(LaunchRetry, DoesNotRetryPermanentErrors) {
  for (const int error : {ENOENT, EACCES, ENOEXEC, E2BIG, EPERM, 0}) {
    EXPECT_TRUE(waits(error, kAlone).empty()) << error;
    EXPECT_TRUE(waits(error, kOthersRun).empty()) << error;
  }
}

}  // namespace
}  // namespace escher
