// A launcher for Boost.Process v2 over posix_spawn, which does not copy the memory of the host on
// macOS. posix_spawn runs no code in the child, so `on_exec_setup` is not called: `PosixSpawn::add`
// has an overload for every initializer that posix_spawn can express. A launch with another one
// fails with ENOTSUP, since no option may be ignored.
//
// It has not been run on macOS, see "Tested platforms" in docs/architecture.md.
#pragma once

#include <spawn.h>

#include <optional>
#include <type_traits>
#include <vector>

#include "process/darwin/exit_watch.hpp"
#include "process/posix/launcher.hpp"
#include "process/posix/launcher_hooks.hpp"

namespace escher::posix {

// The attributes and file actions of one launch.
class PosixSpawn {
 public:
  PosixSpawn();
  ~PosixSpawn();
  PosixSpawn(const PosixSpawn&) = delete;
  PosixSpawn& operator=(const PosixSpawn&) = delete;

  void add(const DefaultSignals&);
  void add(const UnblockedSignals&);
  void add(const NewSession&);
  void add(const CloseDescriptors&);
  void add(const StartDirectory& directory);
  void add(const v2::process_start_dir& directory);
  void add(const v2::process_stdio& stdio);
  // macOS has no parent-death signal.
  void add(const BoundToHost&) {}
  // The limit that has the mark is of Linux.
  void add(const LimitMark&) {}
  // macOS binds no thread to a CPU.
  void add(const OnLauncherCpu&) {}
  template <typename Init>
  void add(const std::optional<Init>& init) {
    if (init) add(*init);
  }
  template <typename Init>
  void add(const Init& init) {
    if constexpr (requires(Init & other, DefaultLauncher & launcher, const Path& path,
                           CommandLine argv) { other.on_exec_setup(launcher, path, argv); } ||
                  std::is_same_v<Init, InCgroup>) {
      fail(step_of(init), ENOTSUP);
    }
  }

  // Added after the initializers, some of which open what is kept.
  void keep_open(const std::vector<int>& descriptors);

  LaunchOutcome launch(const char* executable, CommandLine argv, CommandLine environment);

 private:
  // Keeps the first failure.
  void fail(const char* step, int os_error);
  void check(int os_error) {
    if (os_error != 0) fail("posix_spawn", os_error);
  }

  posix_spawnattr_t attributes_;
  posix_spawn_file_actions_t actions_;
  short flags_ = 0;
  const char* failed_step_ = nullptr;
  int os_error_ = 0;
};

class PosixSpawnLauncher : public Launcher<PosixSpawnLauncher> {
 public:
  template <typename... Inits>
  LaunchOutcome launch(const Path& executable, CommandLine argv, Inits&... inits) {
    const OneLaunch one_launch(*this);
    const LaunchContext<PosixSpawnLauncher> context{*this, executable, argv};
    LaunchOutcome outcome;
    if (const ErrorCode error = context.on_setup(inits...)) {
      outcome.failed_step = "on_setup";
      outcome.os_error = error.value();
    } else {
      PosixSpawn request;
      (request.add(inits), ...);
      request.keep_open(fd_whitelist);
      outcome = request.launch(executable.c_str(), argv, env);
    }
    pid = outcome.pid;
    if (outcome.ok()) {
      outcome.pidfd = watch_exit(outcome.pid);
      context.on_success(inits...);
    } else {
      context.on_error(ErrorCode(outcome.os_error, boost::system::system_category()), inits...);
    }
    return outcome;
  }
};

}  // namespace escher::posix
