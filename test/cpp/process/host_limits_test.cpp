// original_open_files_limit: asked once for each process, so each case has a process of its own.
#include "process/posix/host_limits.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

namespace escher::posix {
namespace {

class HostLimits : public testing::Test {
 protected:
  void SetUp() override {
    testing::GTEST_FLAG(death_test_style) = "threadsafe";
    ::getrlimit(RLIMIT_NOFILE, &before_);
  }
  void TearDown() override { ::setrlimit(RLIMIT_NOFILE, &before_); }

  static void set_soft(rlim_t soft) {
    rlimit limit = {};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = soft;
    ::setrlimit(RLIMIT_NOFILE, &limit);
  }
  static void raise_to_the_top() {
    rlimit limit = {};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    set_soft(limit.rlim_max);
  }
  [[noreturn]] static void answer(bool as_expected) { std::_Exit(as_expected ? 0 : 1); }

 private:
  rlimit before_{};
};

TEST_F(HostLimits, AreThoseOfTheStarterOnceTheHostHasRaisedItsOwn) {
  set_soft(123);
  EXPECT_EXIT(
      {
        raise_to_the_top();
        answer(original_open_files_limit() == 123U);
      },
      testing::ExitedWithCode(0), "");
}

TEST_F(HostLimits, StayAsTheyAreInAHostThatRaisedNothing) {
  set_soft(123);
  EXPECT_EXIT(answer(!original_open_files_limit()), testing::ExitedWithCode(0), "");
}

TEST_F(HostLimits, StayAsTheyAreWhereTheStarterHasTheSame) {
  raise_to_the_top();
  EXPECT_EXIT(
      {
        raise_to_the_top();
        answer(!original_open_files_limit());
      },
      testing::ExitedWithCode(0), "");
}

TEST_F(HostLimits, AreAskedForOnce) {
  set_soft(123);
  EXPECT_EXIT(
      {
        raise_to_the_top();
        const auto first = original_open_files_limit();
        set_soft(50);
        answer(first == 123U && original_open_files_limit() == first);
      },
      testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace escher::posix
