// Many launches by bare system calls, each to the ends of its two pipes and to its reap: `epoll`
// on every thread, and nothing else. Linux. Blocks its caller until all have ended.
#pragma once

#include <cstddef>

#include "floor/bare_child.hpp"

namespace escher::bench {

struct LaunchLoad {
  LaunchCall call = LaunchCall::clone;
  char* const* argv = nullptr;
  std::size_t count = 0;
  std::size_t concurrency = 1;  // of all threads together, at least one for each
  std::size_t threads = 1;
};

// Throws if a call failed, if a child ended with anything but 0, or if one was lost.
void launch_all(const LaunchLoad& load);

}  // namespace escher::bench
