#include "policy/retention.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace escher {
namespace {

constexpr std::size_t kAll = 1000;

using std::chrono::seconds;
using Ids = std::vector<ExecutionId>;

ExecutionId id(unsigned char number) {
  ExecutionId id{};
  *id.begin() = number;
  return id;
}

SteadyTime at(int second) { return SteadyTime(seconds(1000 + second)); }

constexpr Millis kMinute{60'000};
constexpr Retention::Limits kOnlyAge{kMinute, 1000, 1000};

TEST(Retention, CountsRecordsAndTheirBytes) {
  Retention retention(kOnlyAge);
  const auto first = retention.add(id(1), at(0), 10);
  retention.add(id(2), at(0), 5);
  EXPECT_EQ(retention.records(), 2U);
  EXPECT_EQ(retention.bytes(), 15U);
  retention.remove(first);
  EXPECT_EQ(retention.records(), 1U);
  EXPECT_EQ(retention.bytes(), 5U);
}

TEST(Retention, RecordIsDueAtTheMaximumAge) {
  Retention retention(kOnlyAge);
  retention.add(id(1), at(0), 0);
  retention.add(id(2), at(30), 0);
  EXPECT_EQ(retention.due(at(59), kAll), Ids{});
  EXPECT_EQ(retention.due(at(60), kAll), (Ids{id(1)}));
  EXPECT_EQ(retention.due(at(200), kAll), (Ids{id(1), id(2)}));
}

TEST(Retention, DueRecordsStayUntilTheyAreRemoved) {
  Retention retention(kOnlyAge);
  const auto record = retention.add(id(1), at(0), 0);
  EXPECT_EQ(retention.due(at(100), kAll), (Ids{id(1)}));
  EXPECT_EQ(retention.due(at(100), kAll), (Ids{id(1)}));
  retention.remove(record);
  EXPECT_EQ(retention.due(at(100), kAll), Ids{});
}

TEST(Retention, OldestRecordsOverTheMaximumAreDue) {
  Retention retention({kForever, 2, 1000});
  for (unsigned char n = 1; n <= 4; ++n) retention.add(id(n), at(n), 0);
  EXPECT_EQ(retention.due(at(1'000'000), kAll), (Ids{id(1), id(2)}));
}

TEST(Retention, ReturnsTheOldestInSlices) {
  Retention retention({Millis(0), 1000, 1000});
  const auto first = retention.add(id(1), at(0), 0);
  for (unsigned char n = 2; n <= 4; ++n) retention.add(id(n), at(0), 0);
  EXPECT_EQ(retention.due(at(1), 2), (Ids{id(1), id(2)}));
  retention.remove(first);
  EXPECT_EQ(retention.due(at(1), 2), (Ids{id(2), id(3)}));
  EXPECT_EQ(retention.due(at(1), 0), Ids{});
}

TEST(Retention, AppliesTheAgeThenTheNumber) {
  Retention retention({kMinute, 2, 1000});
  for (unsigned char n = 0; n < 5; ++n) retention.add(id(n), at(10 * n), 0);
  // Two are too old, and one of the remaining three is over the maximum.
  EXPECT_EQ(retention.due(at(75), kAll), (Ids{id(0), id(1), id(2)}));
  // Four are too old; without them the number is within the maximum.
  EXPECT_EQ(retention.due(at(95), kAll), (Ids{id(0), id(1), id(2), id(3)}));
}

TEST(Retention, ZeroAgeIsDueAtTheNextPass) {
  Retention retention({Millis(0), 1000, 1000});
  retention.add(id(1), at(0), 0);
  EXPECT_EQ(retention.due(at(0), kAll), (Ids{id(1)}));
}

TEST(Retention, DropsTheOldestOutputUntilTheBytesAreWithinTheLimit) {
  Retention retention({kForever, 1000, 100});
  retention.add(id(1), at(0), 60);
  retention.add(id(2), at(1), 40);
  EXPECT_EQ(retention.drop_output(), Ids{});
  retention.add(id(3), at(2), 1);
  EXPECT_EQ(retention.drop_output(), (Ids{id(1)}));
  EXPECT_EQ(retention.bytes(), 41U);
  EXPECT_EQ(retention.records(), 3U);
  EXPECT_EQ(retention.drop_output(), Ids{});
  retention.add(id(4), at(3), 100);
  EXPECT_EQ(retention.drop_output(), (Ids{id(2), id(3)}));
  EXPECT_EQ(retention.bytes(), 100U);
}

TEST(Retention, DropsOutputLargerThanTheLimitLast) {
  Retention retention({kForever, 1000, 100});
  retention.add(id(1), at(0), 10);
  retention.add(id(2), at(1), 500);
  EXPECT_EQ(retention.drop_output(), (Ids{id(1), id(2)}));
  EXPECT_EQ(retention.bytes(), 0U);
}

TEST(Retention, SkipsRecordsWithoutOutput) {
  Retention retention({kForever, 1000, 0});
  retention.add(id(1), at(0), 0);
  retention.add(id(2), at(1), 1);
  EXPECT_EQ(retention.drop_output(), (Ids{id(2)}));
}

TEST(Retention, RemovingTheNextRecordKeepsTheOrder) {
  Retention retention({kForever, 1000, 100});
  const auto first = retention.add(id(1), at(0), 60);
  const auto second = retention.add(id(2), at(1), 50);
  EXPECT_EQ(retention.drop_output(), (Ids{id(1)}));
  retention.remove(second);
  retention.remove(first);
  EXPECT_EQ(retention.bytes(), 0U);
  retention.add(id(3), at(2), 200);
  EXPECT_EQ(retention.drop_output(), (Ids{id(3)}));
}

TEST(Retention, NeedsAnEarlyPassATenthOverTheMaximum) {
  Retention retention({kForever, 20, 1000});
  for (unsigned char n = 0; n < 21; ++n) retention.add(id(n), at(n), 0);
  EXPECT_FALSE(retention.needs_early_pass());
  retention.add(id(21), at(21), 0);
  EXPECT_TRUE(retention.needs_early_pass());
}

TEST(Retention, SmallMaximumNeedsAnEarlyPassOneOverIt) {
  Retention retention({kForever, 1, 1000});
  retention.add(id(1), at(0), 0);
  EXPECT_FALSE(retention.needs_early_pass());
  retention.add(id(2), at(0), 0);
  EXPECT_TRUE(retention.needs_early_pass());
}

}  // namespace
}  // namespace escher
