#include "process/linux/launch/spawn.hpp"

#include <errno.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "process/linux/launch/clone.hpp"

#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif

namespace escher::posix {
bool can_spawn_into(int cgroup_directory) {
  const pid_t pid = clone_trial(cgroup_directory);
  if (pid < 0) return false;
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status);
}

LaunchOutcome spawn(const ChildBody& body, ChildStart& start, std::vector<int>& kept_descriptors) {
  LaunchOutcome outcome = clone_child(body, start, kept_descriptors);
  outcome.created = outcome.pid >= 0;
  if (!outcome.created) return outcome;
  if (!outcome.ok()) {
    while (::waitpid(outcome.pid, nullptr, 0) < 0 && errno == EINTR) {
    }
    outcome.pidfd.reset();
    outcome.pid = -1;
    return outcome;
  }
  if (!outcome.pidfd) {
    // It is close-on-exec by itself. Before Linux 5.3 there is none: then a thread waits.
    outcome.pidfd.reset(static_cast<int>(::syscall(SYS_pidfd_open, outcome.pid, 0)));
  }
  return outcome;
}

}  // namespace escher::posix
