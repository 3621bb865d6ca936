#include "process/engine_cgroups.hpp"

#include <algorithm>

#include "model/thread_annotations.hpp"
#include "process/process_table.hpp"
#include "process/windows/job.hpp"

// Windows: a cgroup is a job object. Every machine has them, so each execution gets one.

namespace escher {

// The jobs of ended executions that still have members. Jobs are not used again.
class CgroupPool {
 public:
  static Cgroup make(const std::shared_ptr<CgroupPool>& pool, std::shared_ptr<windows::Job> job,
                     Cgroup::Use use) {
    return Cgroup(pool, std::move(job), use);
  }

  void keep(std::shared_ptr<windows::Job> job) {
    if (job->active() == 0) return;
    const MutexLock lock(mutex_);
    std::erase_if(leftovers_, [](const auto& kept) { return kept->active() == 0; });
    leftovers_.push_back(std::move(job));
  }

  bool has_leftovers() {
    const MutexLock lock(mutex_);
    std::erase_if(leftovers_, [](const auto& kept) { return kept->active() == 0; });
    return !leftovers_.empty();
  }

  void kill_leftovers() {
    const MutexLock lock(mutex_);
    for (const auto& job : leftovers_) job->terminate();
  }

  const std::string path;  // always empty

 private:
  Mutex mutex_;
  std::vector<std::shared_ptr<windows::Job>> leftovers_ ESCHER_GUARDED_BY(mutex_);
};

// ---- One execution.

std::optional<Error> Cgroup::check_limits(const CgroupLimits&) { return std::nullopt; }
Cgroup::Cgroup(Cgroup&&) noexcept = default;
Cgroup& Cgroup::operator=(Cgroup&&) noexcept = default;

Cgroup::~Cgroup() {
  if (job_ && use_ != Use::detached) pool_->keep(std::move(job_));
}

void Cgroup::launched() {}
bool Cgroup::kill(std::uint64_t) { return job_->terminate(); }
bool Cgroup::is_empty(std::uint64_t) const { return job_->active() == 0; }

void Cgroup::add_members(std::uint64_t, std::vector<TreeMember>& members) const {
  for (const int pid : job_->members()) {
    const std::uint64_t started = start_time_of(pid);
    const bool is_known = std::any_of(members.begin(), members.end(), [&](const auto& member) {
      return member.pid == pid && member.started == started;
    });
    if (!is_known) members.push_back({pid, started, 0, false});
  }
}

// ---- The engine.

EngineCgroups::EngineCgroups(std::string_view) : pool_(std::make_shared<CgroupPool>()) {}
EngineCgroups::~EngineCgroups() { pool_->kill_leftovers(); }
void EngineCgroups::ensure() {}
const std::string& EngineCgroups::path() const { return pool_->path; }

std::optional<Cgroup> EngineCgroups::acquire() {
  auto job = windows::Job::create(false);
  if (!job) {
    errno = job.error().os_error;
    return std::nullopt;
  }
  return CgroupPool::make(pool_, std::move(*job), Cgroup::Use::once);
}

Result<Cgroup> EngineCgroups::acquire_limited(const CgroupLimits& limits, bool detached) {
  auto job = windows::Job::create(detached);
  if (!job) return job.error();
  if (auto set = (*job)->set_limits({limits.memory_max, limits.pids_max, {}}); !set) {
    return set.error();
  }
  return CgroupPool::make(pool_, std::move(*job),
                          detached ? Cgroup::Use::detached : Cgroup::Use::once);
}

void EngineCgroups::disable() {}
bool EngineCgroups::can_create_inside() const { return true; }
// Without a table of processes there is no search that could confirm these members, see Leftovers:
// their jobs are killed as a whole.
void EngineCgroups::add_leftovers(std::vector<TreeMember>&) const {}
bool EngineCgroups::has_leftovers() const { return pool_->has_leftovers(); }
void EngineCgroups::kill_leftovers() { pool_->kill_leftovers(); }
void EngineCgroups::sweep() {}

}  // namespace escher
