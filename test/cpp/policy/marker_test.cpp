#include "policy/marker.hpp"

#include <gtest/gtest.h>

namespace escher::test {
namespace {

std::string value_of(const std::string& entry) { return entry.substr(entry.find('=') + 1); }

TEST(MarkerTest, ContainsTheEngineAndTheExecution) {
  const Marker marker("");
  const auto id = random_id();
  EXPECT_EQ(marker.entry_for(id), "EXEC_ENGINE_ID=" + marker.token() + format_id(id));
  EXPECT_EQ(marker.execution_in(value_of(marker.entry_for(id))), format_id(id));
}

TEST(MarkerTest, NestedEnginesFindTheirOwnExecutions) {
  const Marker outer("");
  const auto host = random_id();
  const Marker inner(value_of(outer.entry_for(host)));
  const auto id = random_id();
  const auto value = value_of(inner.entry_for(id));
  EXPECT_EQ(outer.execution_in(value), format_id(host));
  EXPECT_EQ(inner.execution_in(value), format_id(id));
}

TEST(MarkerTest, IgnoresMarkersOfOtherEngines) {
  const Marker one("");
  const Marker other("");
  EXPECT_EQ(one.execution_in(value_of(other.entry_for(random_id()))), "");
}

TEST(MarkerTest, IgnoresATruncatedMarker) {
  const Marker marker("");
  const auto value = value_of(marker.entry_for(random_id()));
  EXPECT_EQ(marker.execution_in(value.substr(0, value.size() - 1)), "");
  EXPECT_EQ(marker.execution_in(marker.token()), "");
  EXPECT_EQ(marker.execution_in(""), "");
}

}  // namespace
}  // namespace escher::test
