// A process that is out of descriptors, or nearly so.
#pragma once

#include <gtest/gtest.h>
#include <sys/resource.h>

#include "support/process_facts.hpp"

namespace escher::test {

#if defined(__SANITIZE_ADDRESS__)
constexpr bool kCanRunOutOfDescriptors = false;
#else
constexpr bool kCanRunOutOfDescriptors = true;
#endif

#define SKIP_UNLESS_DESCRIPTORS_CAN_RUN_OUT() \
  if (!kCanRunOutOfDescriptors)               \
  GTEST_SKIP() << "the sanitizer opens a pipe to look at an object, and takes a failure for a bug"

// While it lives, this process can open so many and no more.
class FreeDescriptors {
 public:
  explicit FreeDescriptors(int count) {
    ::getrlimit(RLIMIT_NOFILE, &usual_);
    const auto open = open_descriptors();
    int number = 0;
    while (count >= 0) count -= open.count(number++) == 0 ? 1 : 0;
    set(static_cast<rlim_t>(number - 1));
  }
  ~FreeDescriptors() { set(usual_.rlim_cur); }
  FreeDescriptors(const FreeDescriptors&) = delete;
  FreeDescriptors& operator=(const FreeDescriptors&) = delete;

 private:
  void set(rlim_t soft) const {
    const rlimit limit = {soft, usual_.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &limit);
  }
  rlimit usual_ = {};
};

}  // namespace escher::test
