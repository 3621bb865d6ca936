// The outcome of a launch: a process, or the step that failed. POSIX.
#pragma once

#include <sys/types.h>

#include "process/posix/unique_fd.hpp"

namespace escher::posix {

struct LaunchOutcome {
  pid_t pid = -1;
  // Refers to the process even after its number was reused. Empty where the kernel has no pidfd.
  UniqueFd pidfd;
  // On failure: the system call, or another name of the step, and its errno. The child is reaped.
  const char* failed_step = nullptr;
  int os_error = 0;
  // A child was created. On failure it is the child that failed.
  bool created = false;

  bool ok() const { return failed_step == nullptr; }
};

}  // namespace escher::posix
