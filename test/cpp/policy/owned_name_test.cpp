#include "policy/owned_name.hpp"

#include <gtest/gtest.h>

namespace escher::test {
namespace {

TEST(OwnedName, ContainsItsOwner) {
  const auto owner = owner_in(owned_name({42, 12345}) + "-abcdef");
  ASSERT_TRUE(owner);
  EXPECT_EQ(owner->pid, 42);
  EXPECT_EQ(owner->started, 12345U);
}

TEST(OwnedName, OtherNamesHaveNoOwner) {
  for (const char* name :
       {"", "escher-execution-engine-", "escher-execution-engine-42",
        "escher-execution-engine-42-7", "escher-execution-engine-42-7-",
        "escher-execution-engine--1-7-abcdef", "escher-execution-engine-x-7-abcdef",
        "escher-execution-engine-42-x-abcdef",
        "escher-execution-engine-99999999999999999999-7-abcdef", "other-42-7-abcdef"}) {
    EXPECT_FALSE(owner_in(name)) << name;
  }
  EXPECT_FALSE(owner_in(kept_name() + "-abcdef"));
}

TEST(OverflowName, IsRecognized) {
  const auto id = random_id();
  EXPECT_TRUE(is_overflow_name(overflow_name(id, Stream::out)));
  EXPECT_TRUE(is_overflow_name(overflow_name(id, Stream::err)));
  for (const auto& name : {std::string(), std::string("."), format_id(id), format_id(id) + ".log",
                           "x" + overflow_name(id, Stream::out), std::string("notes.stdout")}) {
    EXPECT_FALSE(is_overflow_name(name)) << name;
  }
}

}  // namespace
}  // namespace escher::test
