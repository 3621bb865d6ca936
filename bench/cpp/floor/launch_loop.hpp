// Many launches by bare system calls, each until its two pipes have ended and it is reaped, with
// one `epoll` per thread. Linux. Blocks the caller until all children have ended.
#pragma once

#include <cstddef>

#include "floor/bare_child.hpp"

namespace escher::bench {

struct LaunchLoad {
  LaunchCall call = LaunchCall::clone;
  char* const* argv = nullptr;
  std::size_t count = 0;
  std::size_t concurrency = 1;  // of all threads together, at least one per thread
  std::size_t threads = 1;
};

// Throws if a call fails, a child does not exit with 0, or a child is lost.
void launch_all(const LaunchLoad& load);

}  // namespace escher::bench
