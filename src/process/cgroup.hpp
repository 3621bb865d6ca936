// A cgroup (v2) for one execution: it limits the whole process tree, and killing it reaches every
// descendant, even one that changed its session and its environment. EngineCgroups makes it on the
// spawn thread; the execution that owns it uses it on its strand. On Windows it is a job object.
// The destructor returns it to the pool of the engine.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "model/error.hpp"
#include "policy/process_tree.hpp"
#include "process/posix/unique_fd.hpp"

namespace escher {

namespace windows {
class Job;
}

struct CgroupLimits {
  std::optional<std::uint64_t> memory_max;  // bytes
  std::optional<std::uint64_t> pids_max;
};

// Holds the cgroups that no execution uses. Outlives every Cgroup.
class CgroupPool;

class Cgroup {
 public:
  // What happens to it after its execution. `repeated`: a later execution may use it. `once`: it is
  // removed. `detached`: it is removed if it is empty; processes in it are not killed.
  enum class Use : std::uint8_t { repeated, once, detached };

  // The reason why a cgroup with these limits cannot be made; empty if it can. The engine checks it
  // before it admits a request. Any thread.
  static std::optional<Error> check_limits(const CgroupLimits& limits);

  Cgroup(Cgroup&& other) noexcept;
  Cgroup& operator=(Cgroup&& other) noexcept;
  ~Cgroup();

  // Windows: the job in which a child is created. Elsewhere null.
  const std::shared_ptr<windows::Job>& job() const { return job_; }

  // Where it is, and what the pool knows of it.
  struct Place {
    std::string path;
    int watch = -1;  // the pool's, to learn whether it was changed
    // The tick that is recorded in it, see record_start; 0 = none.
    std::uint64_t recorded = 0;
    // Its directory and its `cgroup.events`: open at every use, or from the first one on.
    bool keeps_files = false;
    UniqueFd directory, events;
    bool is_in_use = false;  // the pool's: it is among those that executions have
  };

  // The descriptor of its directory, with which a child is created inside the cgroup. POSIX; may be
  // -1 after `launched`.
  int directory_fd() const { return place_.directory.get(); }
  // The child was created: frees the descriptor, unless it is kept for the next use.
  void launched();
  // No later execution may use it.
  void discard() { use_ = use_ == Use::repeated ? Use::once : use_; }

  // ---- `since`: when the command was started, or 0 if that is unknown. A process that was started
  // earlier is not its descendant: it was moved into the cgroup, and is left alone. So is this
  // process itself.
  // SIGKILL to every process in it and below it. False: there was none. Discards it: Linux 6.15
  // kills a child that is created in a cgroup that was killed before, see
  // CgroupPool::try_create_child.
  bool kill(std::uint64_t since);
  // No live process is in it or below it. Zombies do not count.
  bool is_empty(std::uint64_t since) const;
  // Adds the live processes in it that are not in `members` yet.
  void add_members(std::uint64_t since, std::vector<TreeMember>& members) const;

  const std::string& path() const { return place_.path; }

 private:
  friend class CgroupPool;
  Cgroup(std::shared_ptr<CgroupPool> pool, Place place, Use use)
      : pool_(std::move(pool)), place_(std::move(place)), use_(use) {}

  Cgroup(std::shared_ptr<CgroupPool> pool, std::shared_ptr<windows::Job> job, Use use)
      : pool_(std::move(pool)), job_(std::move(job)), use_(use) {}

  std::shared_ptr<CgroupPool> pool_;
  std::shared_ptr<windows::Job> job_;
  Place place_;
  Use use_ = Use::repeated;
};

}  // namespace escher
