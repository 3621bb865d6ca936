// A cgroup with all cgroups below it, as directories. The watchdog uses it too, which is a program
// without the C++ runtime, so it needs the C library only.
#pragma once

#include <sys/types.h>

namespace escher::posix {

// Calls `visit` for every cgroup below the directory, the deepest first, and closes the directory.
// A cgroup is given by its parent's descriptor and its name there.
using CgroupVisitor = void (*)(int parent, const char* name, void* context);
void visit_cgroups_below(int directory, CgroupVisitor visit, void* context);

// An attribute of the engine's cgroups and of those of its executions: a tick (see current_tick)
// before the first process in it was started. Linux 5.7.
inline constexpr const char* kStartAttribute = "user.escher.start";

// A process in a cgroup of the engine that is not of its commands, because it was moved there: this
// process itself, and whatever was started before `since`.
struct Strangers {
  // In clock ticks since boot, as the start times of processes are; 0 = there is only this process.
  // A later start that is recorded in a cgroup takes precedence there.
  unsigned long long since = 0;

  bool contains(pid_t pid, unsigned long long started) const;
};

// SIGKILL to every process in it and below it, except strangers. `cgroup.kill` (Linux 5.14) reaches
// also those that are forked meanwhile, but not a process whose first thread has ended, and it
// spares no stranger; so the others are killed one by one. False: nothing was left to kill.
bool kill_cgroup(const char* path, const Strangers& strangers);

// Whether strangers are the only processes in it and below it.
bool has_only_strangers(const char* path, const Strangers& strangers);

// Removes it and everything below it. False: it holds processes.
bool remove_cgroup(const char* path);

}  // namespace escher::posix
