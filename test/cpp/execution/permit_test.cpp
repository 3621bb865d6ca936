#include "execution/permit.hpp"

#include <gtest/gtest.h>

#include <string>

namespace escher::test {
namespace {

class PermitTest : public testing::Test {
 protected:
  Permit make() {
    return Permit([this]() -> Permit::StartNext {
      ++returned;
      return [this] { ++started; };
    });
  }

  int returned = 0;
  int started = 0;
};

TEST_F(PermitTest, IsReturnedOnceWhereverItIsDropped) {
  {
    Permit permit = make();
    Permit moved(std::move(permit));
    Permit assigned;
    assigned = std::move(moved);
    EXPECT_EQ(returned, 0);
  }
  EXPECT_EQ(returned, 1);
}

TEST_F(PermitTest, IsReturnedWhenAnotherIsAssigned) {
  Permit permit = make();
  permit = Permit();
  EXPECT_EQ(returned, 1);
}

TEST_F(PermitTest, StartsTheNextExecutionWhenItIsDropped) {
  make().reset();
  EXPECT_EQ(started, 1);
}

TEST_F(PermitTest, LetsTheCallerStartTheNextExecution) {
  Permit permit = make();
  const auto start_next = permit.give_back();
  EXPECT_EQ(returned, 1);
  EXPECT_EQ(started, 0);
  start_next();
  EXPECT_EQ(started, 1);
}

TEST_F(PermitTest, GivesNothingBackTwice) {
  Permit permit = make();
  EXPECT_TRUE(permit.give_back());
  EXPECT_FALSE(permit.give_back());
  permit.reset();
  EXPECT_EQ(returned, 1);
}

}  // namespace
}  // namespace escher::test
