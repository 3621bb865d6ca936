// The default actions of signals. Pure; any thread.
#pragma once

#include "model/signals.hpp"

namespace escher {

// Whether a process that does not handle the signal is ended by it.
constexpr bool terminates_by_default(int signal) {
  switch (signal) {
#if !defined(_WIN32)
    // Ignored.
    case SIGCHLD:
    case SIGCONT:
    case SIGURG:
    case SIGWINCH:
#if defined(__APPLE__)
    case SIGINFO:
    case SIGIO:
#endif
    // They stop it.
    case SIGSTOP:
    case SIGTSTP:
    case SIGTTIN:
    case SIGTTOU:
      return false;
#endif
    default:
      return true;
  }
}

}  // namespace escher
