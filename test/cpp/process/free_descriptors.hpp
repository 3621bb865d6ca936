// A process with few or no free descriptors.
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
  GTEST_SKIP() << "the sanitizer opens a pipe to check an object, and reports a failure as a bug"

// While an object of this class exists, the process can open only `count` descriptors.
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
