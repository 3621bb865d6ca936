// Whom a process group consists of: what cannot be asked through a pidfd.
#pragma once

#include <sys/types.h>

namespace escher::posix {

// Whether a process of the group lives, zombies left out. Looks through the process table: slow, so
// it is asked only where the kernel has nothing better. True where the table cannot be read.
bool group_has_live_member(pid_t group);

}  // namespace escher::posix
