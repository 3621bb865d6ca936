// The cgroups of one engine: one directory for the engine, in the delegated cgroup of the host, and
// in it a cgroup for each execution. A cgroup that is empty after its execution is used again.
// Owned by the engine.
#pragma once

#include <cerrno>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "process/cgroup.hpp"

namespace escher {

// Transient resource exhaustion: the launch is retried instead of going on without a cgroup.
inline bool is_transient_exhaustion(int os_error) {
  return os_error == EMFILE || os_error == ENFILE || os_error == ENOMEM;
}

class EngineCgroups {
 public:
  // `engine`: an identifier that is never used again.
  explicit EngineCgroups(std::string_view engine);
  // Kills the processes in the engine's cgroups, and removes those that are empty at once. The
  // watchdog removes the others.
  ~EngineCgroups();
  EngineCgroups(const EngineCgroups&) = delete;
  EngineCgroups& operator=(const EngineCgroups&) = delete;

  // Checks once whether cgroups can be used, and makes the engine's. Repeats the check if it failed
  // because of transient exhaustion.
  void ensure();
  // The engine's cgroup; empty if there is none.
  const std::string& path() const;
  // Empty if cgroups cannot be used. errno then shows whether that is transient exhaustion.
  std::optional<Cgroup> acquire();
  // `detached`: outside of the engine's cgroup, so that it outlives the host. The error names what
  // is missing.
  Result<Cgroup> acquire_limited(const CgroupLimits& limits, bool detached);
  // `acquire` returns none from here on: the kernel cannot create children in cgroups.
  void disable();
  // Whether a child can be created inside a cgroup. If not, it can be moved there.
  bool can_create_inside() const;

  // ---- Any thread. Leftovers are processes in cgroups whose executions have ended.
  void add_leftovers(std::vector<TreeMember>& members) const;
  bool has_leftovers() const;
  void kill_leftovers();

  // Kills and removes the cgroups that dead hosts left behind.
  static void sweep();

 private:
  const std::shared_ptr<CgroupPool> pool_;
};

}  // namespace escher
