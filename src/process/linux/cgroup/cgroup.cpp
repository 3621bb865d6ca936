#include "process/cgroup.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <unordered_set>
#include <utility>

#include "process/linux/cgroup/cgroup_files.hpp"
#include "process/linux/cgroup/cgroup_pool.hpp"
#include "process/linux/cgroup/cgroup_tree.hpp"

namespace escher {

std::optional<Error> Cgroup::check_limits(const CgroupLimits& limits) {
  const std::string base = posix::base_cgroup();
  if (base.empty()) return posix::cgroup_error(ENOTSUP, "", "cgroup v2 is not mounted");
  if (!posix::is_delegated(base)) {
    return posix::cgroup_error(errno, base, "the cgroup of the host is not delegated");
  }
  return posix::enable_controllers(base, limits);
}

Cgroup::Cgroup(Cgroup&& other) noexcept
    : pool_(std::exchange(other.pool_, nullptr)),
      place_(std::move(other.place_)),
      use_(other.use_) {}

Cgroup& Cgroup::operator=(Cgroup&& other) noexcept {
  std::swap(pool_, other.pool_);
  std::swap(place_, other.place_);
  std::swap(use_, other.use_);
  return *this;
}

Cgroup::~Cgroup() {
  if (!pool_) return;
  launched();
  pool_->release(std::move(place_), use_);
}

void Cgroup::launched() {
  if (!place_.keeps_files) place_.directory.reset();
}

bool Cgroup::kill(std::uint64_t since) {
  discard();
  return posix::kill_cgroup(path().c_str(), {since});
}
bool Cgroup::is_empty(std::uint64_t since) const {
  return posix::is_cgroup_empty(path()) || posix::has_only_strangers(path().c_str(), {since});
}
void Cgroup::add_members(std::uint64_t since, std::vector<TreeMember>& members) const {
  posix::add_cgroup_members(path(), {since}, members);
}

}  // namespace escher
