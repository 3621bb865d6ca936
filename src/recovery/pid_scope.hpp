// The scope in which PIDs and start times identify a process: one boot, one PID namespace.
#pragma once

#include <string>

namespace escher {

// The scope of this process. Empty if the system does not report it.
std::string own_pid_scope();

}  // namespace escher
