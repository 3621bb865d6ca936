// A child launched by bare system calls, without the engine: the lower bound for the cost of a
// launch with two pipes and a reap. Linux. Any thread.
#pragma once

#include <sys/types.h>

#include <cstdint>

#include "process/posix/unique_fd.hpp"

namespace escher::bench {

enum class LaunchCall : std::uint8_t {
  clone,  // CLONE_VM | CLONE_VFORK, as the engine launches
  fork,
};

// Borrowed for the time of the launch.
struct BareCommand {
  char* const* argv;
  bool capture_err = true;  // otherwise the child has the host's stderr
};

struct BareChild {
  pid_t pid = -1;
  UniqueFd pidfd, out, err;
};

// Throws std::system_error. The program is looked up in PATH; if it is not found, the child exits
// with 127.
BareChild launch_bare(LaunchCall call, const BareCommand& command);

// Waits for the end if necessary. Throws std::runtime_error if the child did not exit with 0.
void reap(const BareChild& child);

// Returns the result of a call, or throws std::system_error with the name of the call.
long checked(long result, const char* call);

}  // namespace escher::bench
