#include "model/id.hpp"

#include <gtest/gtest.h>

#include <unordered_set>

namespace escher {
namespace {

constexpr const char* kText = "6ba7b810-9dad-11d1-80b4-00c04fd430c8";

TEST(ExecutionId, FormatsAParsedIdUnchanged) {
  const auto id = parse_id(kText);
  ASSERT_TRUE(id);
  EXPECT_EQ(format_id(*id), kText);
}

TEST(ExecutionId, IgnoresTheCaseOfText) {
  EXPECT_EQ(parse_id("6BA7B810-9DAD-11D1-80B4-00C04FD430C8"), parse_id(kText));
}

TEST(ExecutionId, AcceptsOnlyTheCanonicalForm) {
  for (const char* text :
       {"", "6ba7b810", "6ba7b8109dad11d180b400c04fd430c8",
        "{6ba7b810-9dad-11d1-80b4-00c04fd430c8}", "6ba7b810-9dad-11d1-80b4-00c04fd430c",
        "../../../../../../../../etc/passwd/x", "6ba7b810-9dad-11d1-80b4-00c04fd430c8 ",
        "6ba7b810_9dad_11d1_80b4_00c04fd430c8", "6ba7b810-9dad-11d1-80b4-00c04fd430cg",
        "6ba7b81-09dad-11d1-80b4-00c04fd430c8"}) {
    EXPECT_FALSE(parse_id(text)) << text;
  }
  EXPECT_FALSE(parse_id(std::string_view("6ba7b810-9dad-11d1-80b4-00c04fd430c\0", 36)));
}

TEST(ExecutionId, RandomIdsAreVersionFourAndUnique) {
  std::unordered_set<ExecutionId, ExecutionIdHash> ids;
  for (int i = 0; i < 1000; ++i) {
    const ExecutionId id = random_id();
    EXPECT_EQ(id.version(), boost::uuids::uuid::version_random_number_based);
    ids.insert(id);
  }
  EXPECT_EQ(ids.size(), 1000U);
}

}  // namespace
}  // namespace escher
