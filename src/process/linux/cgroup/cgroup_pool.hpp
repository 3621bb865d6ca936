// The cgroups of an engine that no execution uses: those that are ready for a launch, and those
// that still hold processes. EngineCgroups owns it; every Cgroup refers to it and returns to it, on
// the strand of its execution.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/thread_annotations.hpp"
#include "process/cgroup.hpp"
#include "process/linux/cgroup/cgroup_tree.hpp"
#include "process/linux/cgroup/cgroup_watch.hpp"
#include "process/posix/unique_fd.hpp"
#include "process/process_table.hpp"

namespace escher {

class CgroupPool : public std::enable_shared_from_this<CgroupPool> {
 public:
  using Use = Cgroup::Use;

  // The prefix of an engine's cgroup, which ends with its host.
  static constexpr std::string_view kEnginePrefix = "escher-engine-";
  // The prefix of a detached cgroup, which outlives its host.
  static constexpr std::string_view kDetachedPrefix = "escher-detached-";

  // A cgroup that no execution uses.
  using Idle = Cgroup::Place;

  explicit CgroupPool(std::string engine) : engine_(std::move(engine)) {}

  // ---- On the spawn thread. See EngineCgroups.
  void ensure();
  std::optional<Cgroup> acquire();
  Result<Cgroup> acquire_limited(const CgroupLimits& limits, bool detached);
  void disable() { usable_ = false; }
  bool can_create_inside() const { return usable_; }
  const std::string& path() const { return path_; }

  // ---- Any thread.
  // Processes that are older than the engine.
  posix::Strangers strangers() const { return {created_at_}; }
  void release(Idle cgroup, Use use);
  // The cgroups that held processes when their executions ended.
  std::vector<std::string> leftovers() const;

 private:
  bool create_engine_cgroup();
  bool try_create_engine_cgroup();
  bool try_create_child();
  std::optional<Idle> take_ready();
  // Makes the next one, with its directory open. Empty, with errno set, if that fails.
  std::optional<Cgroup> create(const std::string& directory, Use use);
  std::optional<Cgroup> open(Idle& cgroup, Use use);
  int watch(const std::string& path);
  static bool is_empty(Idle& cgroup);
  void end_use();
  // Into the stock, if it is like a new one.
  bool keep(Idle& cgroup);
  void forget(const Idle& cgroup);
  void recheck_one_leftover();

  const std::string engine_;
  const std::uint64_t created_at_ = current_tick();

  // Spawn thread only.
  bool checked_ = false;
  bool usable_ = false;
  // Why the check could not finish, an errno of transient exhaustion; 0 = it finished.
  int check_error_ = 0;
  std::string base_;  // see base_cgroup()
  std::string path_;
  // The lock that shows other engines that the owner of the cgroup lives.
  UniqueFd lock_;
  std::uint64_t created_ = 0;

  mutable Mutex mutex_;
  posix::CgroupWatch watch_ ESCHER_GUARDED_BY(mutex_);
  std::vector<Idle> ready_ ESCHER_GUARDED_BY(mutex_);
  // The cgroups for repeated use that executions have.
  std::size_t used_ ESCHER_GUARDED_BY(mutex_) = 0;
  std::vector<std::string> leftovers_ ESCHER_GUARDED_BY(mutex_);
};

}  // namespace escher
