#if defined(__linux__)

#include <errno.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "process/posix/clone_linux.hpp"
#include "process/posix/spawn.hpp"

#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif

namespace escher::posix {
namespace {

// All signals are held back while the two processes share their memory: a handler of the host must
// not run in the child.
class SignalsHeld {
 public:
  SignalsHeld() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~SignalsHeld() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsHeld(const SignalsHeld&) = delete;
  SignalsHeld& operator=(const SignalsHeld&) = delete;

 private:
  sigset_t before_;
};

}  // namespace

bool can_spawn_into(int group) {
  pid_t pid;
  {
    const SignalsHeld held;
    pid = clone_trial(group);
  }
  if (pid < 0) return false;
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status);
}

SpawnOutcome spawn(const SpawnPlan& plan) {
  SpawnOutcome outcome;
  {
    const SignalsHeld held;
    outcome = clone_child(plan);
  }
  if (outcome.pid < 0) return outcome;
  if (!outcome.ok()) {
    while (::waitpid(outcome.pid, nullptr, 0) < 0 && errno == EINTR) {
    }
    outcome.pidfd.reset();
    outcome.pid = -1;
    return outcome;
  }
  if (!outcome.pidfd) {
    // Sets CLOEXEC by itself. No descriptor before 5.3: the wait falls back to a thread.
    outcome.pidfd.reset(static_cast<int>(::syscall(SYS_pidfd_open, outcome.pid, 0)));
  }
  return outcome;
}

}  // namespace escher::posix

#endif
