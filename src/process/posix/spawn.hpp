// The launch itself, below Boost and Asio: one plain plan in, one process or one failed step out.
//
// Never fork(): its cost grows with the host's memory, and it stalls the JavaScript thread even
// from another one (the kernel copies the page tables under the lock that page faults need). Linux:
// clone(CLONE_VM | CLONE_VFORK | CLONE_PIDFD) in clone_linux.cpp; macOS: posix_spawn in
// spawn_darwin.cpp.
#pragma once

#include <sys/resource.h>
#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <optional>

#include "process/posix/unique_fd.hpp"

namespace escher::posix {

// Everything the child needs, made by the parent beforehand: the child may not allocate.
// Pointers are borrowed for the time of the call.
struct SpawnPlan {
  const char* executable = nullptr;
  char* const* argv = nullptr;
  char* const* envp = nullptr;
  const char* working_dir = nullptr;  // null = the host's
  int stdio[3] = {-1, -1, -1};        // each >= 3: becomes 0, 1, 2
  // The soft limit of open files to give back to the child.
  std::optional<rlim_t> open_files;

  // Further limits; a stricter one of the host stays as it is.
  struct Limit {
    int resource;
    rlim_t soft;
    rlim_t hard;
  };
  static constexpr std::size_t kMaxLimits = 6;
  Limit limits[kMaxLimits] = {};
  std::size_t limit_count = 0;
  std::optional<int> nice;
  std::optional<mode_t> umask;
  // The directory of its control group; -1 = the host's own.
  int control_group = -1;
  // Made in it, or moved there, which may take the kernel 10 ms.
  enum class GroupEntry : std::uint8_t { made, made_or_moved, moved };
  GroupEntry group_entry = GroupEntry::made;
};

struct SpawnOutcome {
  pid_t pid = -1;
  // Refers to the process whatever becomes of its number. Empty where the kernel has none.
  UniqueFd pidfd;
  // On failure: the step that failed, and its errno. The child is reaped already.
  const char* failed_step = nullptr;
  int os_error = 0;

  bool ok() const { return failed_step == nullptr; }
};

// The calling thread has to live as long as its children: on Linux they are bound to it by their
// parent-death signal. Blocks until the child has called execve, or failed to.
SpawnOutcome spawn(const SpawnPlan& plan);

// Whether a process that is made in the control group lives: tries it. Linux.
bool can_spawn_into(int group);

}  // namespace escher::posix
