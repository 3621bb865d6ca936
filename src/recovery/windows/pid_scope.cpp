#include "recovery/pid_scope.hpp"

namespace escher {

// Numbers of processes are the same for all of Windows, and the start time of a process is a date,
// so a process of an earlier boot is not mistaken for another one.
std::string own_pid_scope() { return "windows"; }

}  // namespace escher
