// Whom a process group consists of, for kernels that cannot be asked through a pidfd.
#pragma once

#include <sys/types.h>

namespace escher::posix {

// Whether a process of the group lives, zombies left out. Looks through the process table: slow,
// and used only where the kernel has nothing better.
bool group_has_live_member(pid_t group);

}  // namespace escher::posix
