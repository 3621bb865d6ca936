// Creates a child with the system call that the kernel has. For spawn().
#pragma once

#include "process/linux/launch/spawn.hpp"

namespace escher::posix {

// Returns when the child has called execve, or failed; a failed child is not reaped yet.
LaunchOutcome clone_child(const ChildBody& body, ChildStart& start,
                          std::vector<int>& kept_descriptors);

// Creates a child in the cgroup that exits at once; -1 if that is not possible.
pid_t clone_trial(int cgroup_directory);

}  // namespace escher::posix
