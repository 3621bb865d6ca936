// Makes the process of a plan, by whichever system call can. For spawn(), on a thread whose signals
// are held back.
#pragma once

#include "process/posix/spawn.hpp"

namespace escher::posix {

// Returns once the child has called execve, or failed to; one that failed is not reaped yet.
SpawnOutcome clone_child(const SpawnPlan& plan);

}  // namespace escher::posix
