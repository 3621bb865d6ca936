// Makes the process of a plan, by whichever system call can. For spawn(), on a thread whose signals
// are held back.
#pragma once

#include "process/posix/spawn.hpp"

namespace escher::posix {

// Returns once the child has called execve, or failed to; one that failed is not reaped yet.
SpawnOutcome clone_child(const SpawnPlan& plan);

// A child that is made in the control group and exits at once; -1 where that cannot be.
pid_t clone_trial(int group);

}  // namespace escher::posix
