#include "process/engine_cgroups.hpp"

// macOS has no cgroups: there are none to acquire.

namespace escher {

class CgroupPool {
 public:
  const std::string path;
};

EngineCgroups::EngineCgroups(std::string_view) : pool_(std::make_shared<CgroupPool>()) {}
EngineCgroups::~EngineCgroups() = default;
void EngineCgroups::ensure() {}
const std::string& EngineCgroups::path() const { return pool_->path; }
std::optional<Cgroup> EngineCgroups::acquire() { return std::nullopt; }
Result<Cgroup> EngineCgroups::acquire_limited(const CgroupLimits& limits, bool) {
  return *Cgroup::check_limits(limits);
}
void EngineCgroups::disable() {}
bool EngineCgroups::can_create_inside() const { return false; }
void EngineCgroups::add_leftovers(std::vector<TreeMember>&) const {}
bool EngineCgroups::has_leftovers() const { return false; }
void EngineCgroups::kill_leftovers() {}
void EngineCgroups::sweep() {}

}  // namespace escher
