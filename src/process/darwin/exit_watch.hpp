// The exit of a child as a descriptor, as a pidfd is on Linux: a kqueue that becomes readable. For
// ChildProcess, on its strand; made on the spawn thread.
#pragma once

#include <sys/types.h>

#include "process/posix/unique_fd.hpp"

namespace escher::posix {

// Empty if it could not be made: a thread waits then.
UniqueFd watch_exit(pid_t child);

// Takes the event; false: there is none. The kernel reports the exit shortly before the child can
// be reaped, so a wait for it blocks, but not for long.
bool take_exit(int watch);

}  // namespace escher::posix
