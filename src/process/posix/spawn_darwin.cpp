#if defined(__APPLE__)

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/resource.h>

#include "process/posix/spawn.hpp"

// posix_spawn does not fork here, so it does not copy the host's memory either. Written with care,
// not run yet (docs/architecture.md, "What has been run where").
//
// What macOS lacks: a parent-death signal, and a way to set a limit for the child alone.

namespace escher::posix {
namespace {

class Attributes {
 public:
  Attributes() { posix_spawnattr_init(&value_); }
  ~Attributes() { posix_spawnattr_destroy(&value_); }
  Attributes(const Attributes&) = delete;
  Attributes& operator=(const Attributes&) = delete;
  posix_spawnattr_t* get() { return &value_; }

 private:
  posix_spawnattr_t value_;
};

class FileActions {
 public:
  FileActions() { posix_spawn_file_actions_init(&value_); }
  ~FileActions() { posix_spawn_file_actions_destroy(&value_); }
  FileActions(const FileActions&) = delete;
  FileActions& operator=(const FileActions&) = delete;
  posix_spawn_file_actions_t* get() { return &value_; }

 private:
  posix_spawn_file_actions_t value_;
};

int prepare(const SpawnPlan& plan, Attributes& attributes, FileActions& actions) {
  sigset_t all, none;
  sigfillset(&all);
  sigemptyset(&none);
  const short flags = POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK |
                      POSIX_SPAWN_CLOEXEC_DEFAULT;
  if (int error = posix_spawnattr_setflags(attributes.get(), flags)) return error;
  if (int error = posix_spawnattr_setsigdefault(attributes.get(), &all)) return error;
  if (int error = posix_spawnattr_setsigmask(attributes.get(), &none)) return error;
  if (plan.working_dir != nullptr) {
    if (int error = posix_spawn_file_actions_addchdir_np(actions.get(), plan.working_dir)) {
      return error;
    }
  }
  for (int target = 0; target < 3; ++target) {
    if (int error = posix_spawn_file_actions_adddup2(actions.get(), plan.stdio[target], target)) {
      return error;
    }
  }
  return 0;
}

}  // namespace

SpawnOutcome spawn(const SpawnPlan& plan) {
  SpawnOutcome outcome;
  Attributes attributes;
  FileActions actions;
  // posix_spawn knows no limits, and one that is asked for is never ignored.
  if (plan.limit_count > 0 || plan.nice || plan.umask) {
    outcome.failed_step = "setrlimit";
    outcome.os_error = ENOTSUP;
    return outcome;
  }
  outcome.os_error = prepare(plan, attributes, actions);
  if (outcome.os_error == 0) {
    outcome.os_error = posix_spawn(&outcome.pid, plan.executable, actions.get(), attributes.get(),
                                   plan.argv, plan.envp);
  }
  // posix_spawn does not tell its steps apart; the working directory was checked before.
  if (outcome.os_error != 0) {
    outcome.failed_step = "posix_spawn";
    outcome.pid = -1;
  }
  return outcome;
}

}  // namespace escher::posix

#endif
