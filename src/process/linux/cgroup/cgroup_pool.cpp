#include "process/linux/cgroup/cgroup_pool.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "process/engine_cgroups.hpp"
#include "process/linux/cgroup/cgroup_files.hpp"
#include "process/linux/cgroup/cgroup_tree.hpp"
#include "process/linux/launch/spawn.hpp"

namespace escher {
namespace {

// More than most configurations run at a time.
constexpr std::size_t kMaxReady = 64;
// So many keep their files open while commands run: opening them is half of what a cgroup costs a
// launch. Each takes two descriptors, so none does where descriptors are few.
constexpr std::uint64_t kMaxWithFiles = 32;
constexpr rlim_t kFewDescriptors = 1024;

bool has_many_descriptors() {
  rlimit limit = {};
  return ::getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur >= kFewDescriptors;
}

bool is_same_file(int fd, const std::string& path) {
  struct stat one, other;
  return ::fstat(fd, &one) == 0 && ::stat(path.c_str(), &other) == 0 && one.st_ino == other.st_ino;
}

}  // namespace

// ---- On the spawn thread.

void CgroupPool::ensure() {
  if (std::exchange(checked_, true)) return;
  errno = 0;
  base_ = posix::base_cgroup();
  usable_ = !base_.empty() && posix::is_delegated(base_) && (lock_ || create_engine_cgroup()) &&
            try_create_child();
  check_error_ = !usable_ && is_transient_exhaustion(errno) ? errno : 0;
  checked_ = check_error_ == 0;
}

// Linux 6.15 and later count how often a cgroup was killed. A child that is created in another
// cgroup than its parent's is killed unless the two counts are equal. They differ if `cgroup.kill`
// of the host's cgroup, or of one above it, was ever written before the host entered it.
bool CgroupPool::try_create_child() {
  auto cgroup = create(path_, Use::repeated);
  const bool can_create = cgroup && posix::can_spawn_into(cgroup->directory_fd());
  // The return to the pool changes it.
  const int reason = errno;
  cgroup.reset();
  errno = reason;
  return can_create;
}

// The sweep of another engine may remove the new directory before it is locked: then try again.
bool CgroupPool::create_engine_cgroup() {
  for (int attempt = 0; attempt < 5; ++attempt) {
    if (try_create_engine_cgroup()) return true;
    if (errno != EWOULDBLOCK && errno != ENOENT) return false;
    ::poll(nullptr, 0, attempt);
  }
  return false;
}

bool CgroupPool::try_create_engine_cgroup() {
  std::string path = base_ + "/" + std::string(kEnginePrefix) + engine_;
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) return false;
  UniqueFd lock(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!lock || ::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) return false;
  if (!is_same_file(lock.get(), path)) {
    errno = ENOENT;
    return false;
  }
  posix::record_start(path, current_tick());
  {
    const MutexLock guard(mutex_);
    watch_.watch_parent(path);
  }
  lock_ = std::move(lock);
  path_ = std::move(path);
  return true;
}

std::optional<Cgroup> CgroupPool::acquire() {
  if (!usable_) {
    errno = check_error_;
    return std::nullopt;
  }
  while (auto idle = take_ready()) {
    if (auto cgroup = open(*idle, Use::repeated)) return cgroup;
    const int reason = errno;
    // Another process may have removed it: take the next one.
    if (!is_transient_exhaustion(reason)) {
      forget(*idle);
      continue;
    }
    {
      const MutexLock lock(mutex_);
      ready_.push_back(std::move(*idle));
    }
    errno = reason;
    return std::nullopt;
  }
  if (auto cgroup = create(path_, Use::repeated)) return cgroup;
  // Another process may have removed the engine's cgroup too.
  if (errno != ENOENT || !create_engine_cgroup()) return std::nullopt;
  return create(path_, Use::repeated);
}

// Only what is still as it was put there: an earlier command may live on in another cgroup.
std::optional<CgroupPool::Idle> CgroupPool::take_ready() {
  const MutexLock lock(mutex_);
  while (!ready_.empty()) {
    Idle idle = std::move(ready_.back());
    ready_.pop_back();
    if (!watch_.is_changed(idle.watch)) return idle;
    watch_.remove(idle.watch);
    if (!posix::remove_cgroup(idle.path.c_str())) leftovers_.push_back(std::move(idle.path));
  }
  return std::nullopt;
}

Result<Cgroup> CgroupPool::acquire_limited(const CgroupLimits& limits, bool detached) {
  ensure();
  if (auto error = Cgroup::check_limits(limits)) return std::move(*error);
  const std::string& directory = detached ? base_ : path_;
  if (!detached && !directory.empty()) {
    if (auto error = posix::enable_controllers(directory, limits)) return std::move(*error);
  }
  auto cgroup =
      directory.empty() ? std::nullopt : create(directory, detached ? Use::detached : Use::once);
  if (!cgroup) return posix::cgroup_error(errno, directory, "a cgroup cannot be created in it");
  if (auto error = posix::set_cgroup_limits(cgroup->path(), limits)) return std::move(*error);
  return std::move(*cgroup);
}

std::optional<Cgroup> CgroupPool::create(const std::string& directory, Use use) {
  const std::string number = std::to_string(++created_);
  const std::string path =
      directory + "/" +
      (directory == path_ ? number : std::string(kDetachedPrefix) + engine_ + "-" + number);
  if (::mkdir(path.c_str(), 0700) != 0) return std::nullopt;
  Idle made;
  made.path = path;
  if (use == Use::repeated) {
    made.watch = watch(path);
    made.keeps_files = created_ <= kMaxWithFiles && has_many_descriptors();
  }
  auto cgroup = open(made, use);
  if (cgroup) return cgroup;
  const int reason = errno;
  forget(made);
  ::rmdir(path.c_str());
  errno = reason;
  return std::nullopt;
}

std::optional<Cgroup> CgroupPool::open(Idle& cgroup, Use use) {
  if (!cgroup.directory) {
    cgroup.directory.reset(::open(cgroup.path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!cgroup.directory) return std::nullopt;
  } else if (::faccessat(cgroup.directory.get(), "cgroup.procs", F_OK, 0) != 0) {
    // Another process has removed it.
    cgroup.directory.reset();
    return std::nullopt;
  }
  // A tick is 10 ms: several executions can follow each other in one.
  const std::uint64_t now = current_tick();
  if (cgroup.recorded != now) {
    posix::record_start(cgroup.path, now);
    cgroup.recorded = now;
    if (use == Use::repeated) {
      // The record is a change too.
      const MutexLock lock(mutex_);
      watch_.forget_changes(cgroup.watch);
    }
  }
  if (use == Use::repeated) {
    cgroup.is_in_use = true;
    const MutexLock lock(mutex_);
    ++used_;
  }
  return Cgroup(shared_from_this(), std::move(cgroup), use);
}

int CgroupPool::watch(const std::string& path) {
  const MutexLock lock(mutex_);
  return watch_.add(path);
}

// ---- Any thread.

void CgroupPool::release(Idle cgroup, Use use) {
  recheck_one_leftover();
  // In this order: what is not in it any more can change nothing from within.
  const bool was_in_use = std::exchange(cgroup.is_in_use, false);
  const bool is_kept = use == Use::repeated && is_empty(cgroup) && keep(cgroup);
  if (was_in_use) end_use();
  if (is_kept) return;
  forget(cgroup);
  if (posix::remove_cgroup(cgroup.path.c_str()) || use == Use::detached) return;
  const MutexLock lock(mutex_);
  leftovers_.push_back(std::move(cgroup.path));
}

// A cgroup that was discarded meanwhile was in use too. An engine without executions keeps the
// files of one cgroup open, for the next one.
void CgroupPool::end_use() {
  const MutexLock lock(mutex_);
  if (--used_ > 0) return;
  for (std::size_t i = 0; i + 1 < ready_.size(); ++i) {
    ready_[i].directory.reset();
    ready_[i].events.reset();
  }
}

bool CgroupPool::is_empty(Idle& cgroup) {
  if (!cgroup.keeps_files) return posix::is_cgroup_empty(cgroup.path);
  if (!cgroup.events) {
    cgroup.events.reset(::open((cgroup.path + "/cgroup.events").c_str(), O_RDONLY | O_CLOEXEC));
  }
  return cgroup.events && posix::is_cgroup_empty(cgroup.events.get());
}

bool CgroupPool::keep(Idle& cgroup) {
  const MutexLock lock(mutex_);
  if (ready_.size() >= kMaxReady || watch_.is_changed(cgroup.watch)) return false;
  ready_.push_back(std::move(cgroup));
  return true;
}

void CgroupPool::forget(const Idle& cgroup) {
  const MutexLock lock(mutex_);
  watch_.remove(cgroup.watch);
}

// The processes in a leftover end at some time. Removing the cgroup then keeps their number small
// in a long-lived engine.
void CgroupPool::recheck_one_leftover() {
  std::string path;
  {
    const MutexLock lock(mutex_);
    if (leftovers_.empty()) return;
    path = std::move(leftovers_.front());
    leftovers_.erase(leftovers_.begin());
  }
  if (posix::is_cgroup_empty(path) && posix::remove_cgroup(path.c_str())) return;
  const MutexLock lock(mutex_);
  leftovers_.push_back(std::move(path));
}

std::vector<std::string> CgroupPool::leftovers() const {
  const MutexLock lock(mutex_);
  return leftovers_;
}

}  // namespace escher
