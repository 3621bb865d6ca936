#include "process/engine_cgroups.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>

#include <algorithm>
#include <memory>

#include "process/linux/cgroup/cgroup_files.hpp"
#include "process/linux/cgroup/cgroup_pool.hpp"
#include "process/linux/cgroup/cgroup_tree.hpp"

namespace escher {
namespace {

struct CloseDirectory {
  void operator()(DIR* directory) const { ::closedir(directory); }
};

// The lock of a cgroup whose engine is dead; empty if the engine lives, since it holds the lock.
// Unlike a PID, a lock is not affected by PID namespaces or reuse.
UniqueFd lock_of_dead_owner(const std::string& path) {
  UniqueFd cgroup(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (cgroup && ::flock(cgroup.get(), LOCK_EX | LOCK_NB) != 0) cgroup.reset();
  return cgroup;
}

}  // namespace

EngineCgroups::EngineCgroups(std::string_view engine)
    : pool_(std::make_shared<CgroupPool>(std::string(engine))) {}

EngineCgroups::~EngineCgroups() {
  if (path().empty() || posix::remove_cgroup(path().c_str())) return;
  posix::kill_cgroup(path().c_str(), pool_->strangers());
  posix::remove_cgroup(path().c_str());
}

void EngineCgroups::ensure() { pool_->ensure(); }
const std::string& EngineCgroups::path() const { return pool_->path(); }
std::optional<Cgroup> EngineCgroups::acquire() { return pool_->acquire(); }
Result<Cgroup> EngineCgroups::acquire_limited(const CgroupLimits& limits, bool detached) {
  return pool_->acquire_limited(limits, detached);
}
void EngineCgroups::disable() { pool_->disable(); }
bool EngineCgroups::can_create_inside() const { return pool_->can_create_inside(); }

void EngineCgroups::add_leftovers(std::vector<TreeMember>& members) const {
  for (const std::string& cgroup : pool_->leftovers()) {
    posix::add_cgroup_members(cgroup, posix::recorded_strangers(cgroup), members);
  }
}

bool EngineCgroups::has_leftovers() const {
  const auto cgroups = pool_->leftovers();
  return std::any_of(cgroups.begin(), cgroups.end(), [this](const std::string& cgroup) {
    return !posix::is_cgroup_empty(cgroup) &&
           !posix::has_only_strangers(cgroup.c_str(), pool_->strangers());
  });
}

void EngineCgroups::kill_leftovers() {
  for (const std::string& cgroup : pool_->leftovers()) {
    posix::kill_cgroup(cgroup.c_str(), pool_->strangers());
  }
}

void EngineCgroups::sweep() {
  const std::string base = posix::base_cgroup();
  const std::unique_ptr<DIR, CloseDirectory> entries(base.empty() ? nullptr
                                                                  : ::opendir(base.c_str()));
  if (!entries) return;
  while (const dirent* entry = ::readdir(entries.get())) {
    const std::string_view name = entry->d_name;
    const std::string path = base + "/" + entry->d_name;
    // Its processes outlive their host on purpose: it is removed only if it is empty.
    if (name.starts_with(CgroupPool::kDetachedPrefix)) posix::remove_cgroup(path.c_str());
    if (!name.starts_with(CgroupPool::kEnginePrefix)) continue;
    // Held until the removal, so that an engine that begins does not take it over meanwhile.
    const UniqueFd lock = lock_of_dead_owner(path);
    if (!lock) continue;
    if (posix::remove_cgroup(path.c_str())) continue;
    posix::kill_cgroup(path.c_str(), posix::recorded_strangers(path));
    posix::remove_cgroup(path.c_str());
  }
}

}  // namespace escher
