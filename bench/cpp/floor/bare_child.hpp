// A child launched by bare system calls, without the engine: the least that a launch with two pipes
// and a reap can cost. Linux. Any thread.
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
  bool capture_err = true;  // else stderr is that of the host
};

struct BareChild {
  pid_t pid = -1;
  UniqueFd pidfd, out, err;
};

// Throws std::system_error. The program is looked up in PATH; where there is none, the child ends
// with 127.
BareChild launch_bare(LaunchCall call, const BareCommand& command);

// After the end, or waits for it. Throws std::runtime_error if it was anything but exit code 0.
void reap(const BareChild& child);

// What a call returned, or std::system_error by its name.
long checked(long result, const char* call);

}  // namespace escher::bench
