#include "policy/log_retention.hpp"

#include <gtest/gtest.h>

namespace escher {
namespace {

constexpr EpochMillis kNow = 1'000'000;

std::vector<std::string> names_of(const std::vector<LogFacts>& logs) {
  std::vector<std::string> names;
  for (const LogFacts& log : logs) names.push_back(log.name);
  return names;
}

std::vector<std::string> removed(const LogLimits& limits) {
  // Not in the order of their age.
  return names_of(
      logs_to_remove({{"middle", 20, kNow - 200}, {"new", 30, kNow - 100}, {"old", 10, kNow - 300}},
                     limits, kNow));
}

using Names = std::vector<std::string>;

TEST(LogRetention, WithoutLimitsNothingIsRemoved) {
  EXPECT_FALSE(is_limited({}));
  EXPECT_EQ(removed({}), Names());
}

TEST(LogRetention, AgeCountsFromTheLastLine) {
  EXPECT_TRUE(is_limited({.age = Millis(0)}));
  EXPECT_EQ(removed({.age = Millis(200)}), Names{"old"});
  EXPECT_EQ(removed({.age = Millis(0)}), (Names{"old", "middle", "new"}));
}

TEST(LogRetention, TheOldestAreRemovedUntilTheRestFits) {
  EXPECT_TRUE(is_limited({.bytes = 0}));
  EXPECT_EQ(removed({.bytes = 60}), Names());
  EXPECT_EQ(removed({.bytes = 50}), Names{"old"});
  EXPECT_EQ(removed({.bytes = 49}), (Names{"old", "middle"}));
  EXPECT_EQ(removed({.bytes = 0}), (Names{"old", "middle", "new"}));
}

TEST(LogRetention, NameOfALogIsAnIdInLowerCase) {
  EXPECT_TRUE(is_log_name("7d2f6b1e-0a35-4d0e-9f43-1b0f1c5a2e01.log"));
  EXPECT_FALSE(is_log_name("7D2F6B1E-0A35-4D0E-9F43-1B0F1C5A2E01.log"));
  EXPECT_FALSE(is_log_name("7d2f6b1e-0a35-4d0e-9f43-1b0f1c5a2e01.log.1"));
  EXPECT_FALSE(is_log_name("7d2f6b1e-0a35-4d0e-9f43-1b0f1c5a2e01"));
  EXPECT_FALSE(is_log_name("server.log"));
  EXPECT_FALSE(is_log_name(".log"));
}

}  // namespace
}  // namespace escher
