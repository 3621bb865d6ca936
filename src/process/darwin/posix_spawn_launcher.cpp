#include "process/darwin/posix_spawn_launcher.hpp"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>

namespace escher::posix {

PosixSpawn::PosixSpawn() {
  posix_spawnattr_init(&attributes_);
  posix_spawn_file_actions_init(&actions_);
}

PosixSpawn::~PosixSpawn() {
  posix_spawnattr_destroy(&attributes_);
  posix_spawn_file_actions_destroy(&actions_);
}

void PosixSpawn::fail(const char* step, int os_error) {
  if (failed_step_ != nullptr) return;
  failed_step_ = step;
  os_error_ = os_error;
}

void PosixSpawn::add(const DefaultSignals&) {
  sigset_t all;
  sigfillset(&all);
  flags_ |= POSIX_SPAWN_SETSIGDEF;
  check(posix_spawnattr_setsigdefault(&attributes_, &all));
}

void PosixSpawn::add(const UnblockedSignals&) {
  sigset_t none;
  sigemptyset(&none);
  flags_ |= POSIX_SPAWN_SETSIGMASK;
  check(posix_spawnattr_setsigmask(&attributes_, &none));
}

void PosixSpawn::add(const NewSession&) { flags_ |= POSIX_SPAWN_SETSID; }

void PosixSpawn::add(const CloseDescriptors&) { flags_ |= POSIX_SPAWN_CLOEXEC_DEFAULT; }

void PosixSpawn::add(const StartDirectory& directory) {
  check(posix_spawn_file_actions_addfchdir_np(&actions_, directory.descriptor));
}

void PosixSpawn::add(const v2::process_start_dir& directory) {
  check(posix_spawn_file_actions_addchdir_np(&actions_, directory.start_dir.c_str()));
}

// The sources lie above 2, so none is overwritten before it was copied.
void PosixSpawn::add(const v2::process_stdio& stdio) {
  check(posix_spawn_file_actions_adddup2(&actions_, stdio.in.fd, 0));
  check(posix_spawn_file_actions_adddup2(&actions_, stdio.out.fd, 1));
  check(posix_spawn_file_actions_adddup2(&actions_, stdio.err.fd, 2));
}

// POSIX_SPAWN_CLOEXEC_DEFAULT closes all descriptors except those that a file action names. Naming
// one that is closed would be an error.
void PosixSpawn::keep_open(const std::vector<int>& descriptors) {
  if ((flags_ & POSIX_SPAWN_CLOEXEC_DEFAULT) == 0) return;
  for (const int fd : descriptors) {
    if (::fcntl(fd, F_GETFD) < 0) continue;
    check(posix_spawn_file_actions_addinherit_np(&actions_, fd));
  }
}

LaunchOutcome PosixSpawn::launch(const char* executable, CommandLine argv,
                                 CommandLine environment) {
  check(posix_spawnattr_setflags(&attributes_, flags_));
  LaunchOutcome outcome;
  outcome.failed_step = failed_step_;
  outcome.os_error = os_error_;
  if (!outcome.ok()) return outcome;
  outcome.os_error =
      posix_spawn(&outcome.pid, executable, &actions_, &attributes_, const_cast<char* const*>(argv),
                  const_cast<char* const*>(environment));
  // posix_spawn does not report which of its steps failed. The working directory was checked
  // before.
  if (outcome.os_error != 0) {
    outcome.failed_step = "posix_spawn";
    outcome.pid = -1;
  }
  outcome.created = outcome.ok();
  return outcome;
}

// It changes nothing on macOS.
OnLauncherCpu::~OnLauncherCpu() = default;

bool get_mark_limit(rlimit*) { return false; }

}  // namespace escher::posix
