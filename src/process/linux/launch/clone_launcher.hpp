// A launcher for Boost.Process v2 that creates the child with clone(CLONE_VM | CLONE_VFORK):
//
//   auto process = CloneLauncher()(context, "/bin/ls", arguments, NewSession{});
//
// Where it differs from the library's own launchers:
// - It never calls fork(), see spawn.hpp, and so it does not call `notify_fork`.
// - It can create the child in a cgroup (InCgroup).
// - `on_exec_setup` runs in the memory of the host: it must not allocate or take a lock.
// - `on_exec_error` runs in the host after a failed child was reaped.
// - An initializer may be a std::optional; an empty one is skipped.
//
// One launcher serves one thread; it can launch many times.
#pragma once

#include <errno.h>
#include <sys/syscall.h>

#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>

#include "process/linux/launch/child_calls.hpp"
#include "process/linux/launch/spawn.hpp"
#include "process/posix/launcher.hpp"
#include "process/posix/launcher_hooks.hpp"

namespace escher::posix {

class CloneLauncher : public Launcher<CloneLauncher> {
 public:
  // Blocks until the child has called execve, or failed. It has the standard descriptors only if
  // CloseDescriptors is among the initializers.
  template <typename... Inits>
  LaunchOutcome launch(const Path& executable, CommandLine argv, Inits&... inits) {
    const OneLaunch one_launch(*this);
    start_ = {};
    const LaunchContext<CloneLauncher> context{*this, executable, argv};
    LaunchOutcome outcome;
    if (const ErrorCode error = context.on_setup(inits...)) {
      outcome.failed_step = "on_setup";
      outcome.os_error = error.value();
      context.on_error(error, inits...);
      return outcome;
    }
    Child<Inits...> child{*this, executable, argv, {inits...}};
    outcome = spawn({&Child<Inits...>::run, &child}, start_, fd_whitelist);
    pid = outcome.pid;
    if (outcome.ok()) {
      context.on_success(inits...);
      return outcome;
    }
    const ErrorCode error(outcome.os_error, boost::system::system_category());
    if (outcome.created) {
      context.on_exec_error(error, inits...);
    } else {
      context.on_fork_error(error, inits...);
    }
    context.on_error(error, inits...);
    return outcome;
  }

 private:
  friend struct InCgroup;
  friend struct DefaultSignals;

  // What the child runs: the initializers in their order, then execve.
  template <typename... Inits>
  struct Child {
    CloneLauncher& launcher;
    const Path& executable;
    CommandLine argv;
    std::tuple<Inits&...> inits;

    ESCHER_IN_CHILD static void run(void* pointer, ChildReport* report) {
      auto& child = *static_cast<Child*>(pointer);
      if (child.set_up(report, std::index_sequence_for<Inits...>())) child.exec(report);
    }

    template <std::size_t... Index>
    ESCHER_IN_CHILD bool set_up(ChildReport* report, std::index_sequence<Index...>) {
      return (set_up_one(std::get<Index>(inits), report) && ...);
    }

    template <typename Init>
    ESCHER_IN_CHILD bool set_up_one(Init& init, ChildReport* report) {
      if constexpr (is_optional_initializer<std::remove_const_t<Init>>) {
        return !init || set_up_one(*init, report);
      } else if constexpr (requires { init.on_exec_setup(launcher, executable, argv); }) {
        const ErrorCode error = init.on_exec_setup(launcher, executable, argv);
        if (!error) return true;
        report->os_error = error.value();
        report->step = step_of(init);
        return false;
      } else {
        return true;
      }
    }

    ESCHER_IN_CHILD void exec(ChildReport* report) {
      call(SYS_execve, address(executable.c_str()), address(argv), address(launcher.env));
      report->os_error = errno;
      report->step = "execve";
    }
  };

  ChildStart start_;
};

}  // namespace escher::posix
