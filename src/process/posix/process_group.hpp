// The live members of a process group, which a pidfd cannot report. For ChildProcess, on its
// strand.
#pragma once

#include <sys/types.h>

namespace escher::posix {

// Whether a process of the group lives; a zombie does not. It reads the process table, which is
// slow, so it is called only if the kernel has no better way. If the table cannot be read: true on
// Linux, false on macOS.
bool group_has_live_member(pid_t group);

}  // namespace escher::posix
