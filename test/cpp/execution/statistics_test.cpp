#include "execution/statistics.hpp"

#include <gtest/gtest.h>

namespace escher::test {
namespace {

using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::milliseconds;

TEST(DurationHistogram, IsZeroWithoutDurations) {
  const DurationHistogram histogram;
  EXPECT_EQ(histogram.percentile(0.5).count(), 0);
}

TEST(DurationHistogram, IsWithinSixPercentOfAnyDuration) {
  for (std::int64_t micros = 1; micros < 10'000'000'000; micros = micros * 9 / 7 + 1) {
    DurationHistogram histogram;
    histogram.add(microseconds(micros));
    const double found = histogram.percentile(0.5).count() * 1000;
    EXPECT_NEAR(found, static_cast<double>(micros), static_cast<double>(micros) * 0.0625 + 0.5);
  }
}

TEST(DurationHistogram, PercentilesFollowTheRank) {
  DurationHistogram histogram;
  for (int i = 1; i <= 100; ++i) histogram.add(milliseconds(i));
  EXPECT_NEAR(histogram.percentile(0).count(), 1, 0.1);
  EXPECT_NEAR(histogram.percentile(0.5).count(), 50, 4);
  EXPECT_NEAR(histogram.percentile(0.99).count(), 99, 7);
  EXPECT_NEAR(histogram.percentile(1).count(), 100, 7);
}

TEST(DurationHistogram, FewLongDurationsDoNotChangeTheMedian) {
  DurationHistogram histogram;
  for (int i = 0; i < 98; ++i) histogram.add(milliseconds(2));
  for (int i = 0; i < 2; ++i) histogram.add(milliseconds(5000));
  EXPECT_NEAR(histogram.percentile(0.5).count(), 2, 0.2);
  EXPECT_NEAR(histogram.percentile(0.99).count(), 5000, 320);
}

TEST(DurationHistogram, AcceptsExtremeDurations) {
  DurationHistogram histogram;
  histogram.add(SteadyClock::duration::min());
  histogram.add(SteadyClock::duration::zero());
  histogram.add(hours(24 * 365 * 100));
  EXPECT_EQ(histogram.percentile(0).count(), 0);
  EXPECT_GT(histogram.percentile(1).count(), 1e9);
}

}  // namespace
}  // namespace escher::test
