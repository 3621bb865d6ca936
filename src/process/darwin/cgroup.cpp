#include "process/cgroup.hpp"

#include <cerrno>

// macOS has no cgroups: requests with cgroup limits are rejected.

namespace escher {

std::optional<Error> Cgroup::check_limits(const CgroupLimits&) {
  return errors::spawn_failed(ENOTSUP, "cgroup", "");
}
Cgroup::Cgroup(Cgroup&&) noexcept = default;
Cgroup& Cgroup::operator=(Cgroup&&) noexcept = default;
Cgroup::~Cgroup() = default;
void Cgroup::launched() {}
bool Cgroup::kill(std::uint64_t) { return false; }
bool Cgroup::is_empty(std::uint64_t) const { return true; }
void Cgroup::add_members(std::uint64_t, std::vector<TreeMember>&) const {}

}  // namespace escher
