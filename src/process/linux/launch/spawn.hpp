// Creates a child and waits until it has called execve. Never fork(): its cost grows with the
// memory of the host, and it stalls the JavaScript thread even when another thread calls it, since
// the kernel copies the page tables under the lock that page faults need. clone(CLONE_VM |
// CLONE_VFORK) copies nothing.
#pragma once

#include <cstdint>
#include <vector>

#include "process/linux/launch/child_calls.hpp"
#include "process/posix/launch_outcome.hpp"

namespace escher::posix {

enum class CgroupEntry : std::uint8_t;

// Where the child begins, and with what.
struct ChildStart {
  int cgroup_fd = -1;  // -1: in the cgroup of the host
  CgroupEntry entry{};

  // Set before the child begins.
  bool moves = false;               // it is created outside its cgroup, and moves before execve
  bool handlers_are_reset = false;  // the kernel has reset every signal that is not ignored
};

// Blocks until the child has called execve, or failed. A failed child is reaped. `kept_descriptors`
// gets those that the child must not close.
LaunchOutcome spawn(const ChildBody& body, ChildStart& start, std::vector<int>& kept_descriptors);

// Whether a child that is created in the cgroup lives: creates one that exits at once.
bool can_spawn_into(int cgroup_directory);

}  // namespace escher::posix
