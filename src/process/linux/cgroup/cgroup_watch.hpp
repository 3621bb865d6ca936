// Which cgroups have been changed since they were made or last used: by a write to one of their
// files, by another mode, owner or attribute, or by a cgroup below. A command that may write to its
// cgroup must not leave settings to the next one. The pool owns it and guards it with its mutex.
//
// Whatever is changed, the kernel reports it to inotify, before the call that changes it returns.
// A question is one read of the queue. Measured with Linux 6.18 on a busy machine, in CPU time: the
// questions of one execution take 8 us, and a watch takes 12 us once. A look at the settings that
// matter most took 50 us, and left out the others. A new cgroup for every execution would cover
// everything as well, but takes 40 us with its removal, and leaves work to the kernel.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_set>

#include "process/posix/unique_fd.hpp"

struct inotify_event;

namespace escher::posix {

class CgroupWatch {
 public:
  static constexpr int kNone = -1;

  // Before all others. Begins to watch the cgroup above those of the executions. A change of its
  // settings counts as one of all cgroups below it, forever: it can add files to them and change
  // their type.
  void watch_parent(const std::string& cgroup);
  // Begins to watch a new cgroup. `kNone`: it cannot be watched, so it counts as changed.
  int add(const std::string& cgroup);
  // When the cgroup is removed. The kernel does not end the watch by itself.
  void remove(int watch);

  bool is_changed(int watch);
  // Forgets the changes that the caller has made itself.
  void forget_changes(int watch);

 private:
  void read_events();
  void note(const inotify_event& event);

  UniqueFd queue_;
  int parent_ = kNone;
  bool parent_changed_ = false;
  std::unordered_set<int> watched_;
  std::unordered_set<int> changed_;
};

}  // namespace escher::posix
