// original_open_files_limit() determines the limit once per process, so each test has its own
// process.
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
  static void raise_to_the_maximum() {
    rlimit limit = {};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    set_soft(limit.rlim_max);
  }
  [[noreturn]] static void exit_with(bool as_expected) { std::_Exit(as_expected ? 0 : 1); }

 private:
  rlimit before_{};
};

TEST_F(HostLimits, AreThoseOfTheParentAfterTheHostRaisedItsOwn) {
  set_soft(123);
  EXPECT_EXIT(
      {
        raise_to_the_maximum();
        exit_with(original_open_files_limit() == 123U);
      },
      testing::ExitedWithCode(0), "");
}

TEST_F(HostLimits, AreEmptyInAHostThatRaisedNothing) {
  set_soft(123);
  EXPECT_EXIT(exit_with(!original_open_files_limit()), testing::ExitedWithCode(0), "");
}

TEST_F(HostLimits, AreEmptyIfTheParentHasTheSame) {
  raise_to_the_maximum();
  EXPECT_EXIT(
      {
        raise_to_the_maximum();
        exit_with(!original_open_files_limit());
      },
      testing::ExitedWithCode(0), "");
}

TEST_F(HostLimits, AreDeterminedOnce) {
  set_soft(123);
  EXPECT_EXIT(
      {
        raise_to_the_maximum();
        const auto first = original_open_files_limit();
        set_soft(50);
        exit_with(first == 123U && original_open_files_limit() == first);
      },
      testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace escher::posix
