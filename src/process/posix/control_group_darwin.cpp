#if defined(__APPLE__)

#include <cerrno>

#include "process/control_group.hpp"

namespace escher {

std::optional<Error> ControlGroup::refusal(const GroupLimits&) {
  return errors::spawn_failed(ENOTSUP, "cgroup", "");
}
Result<ControlGroup> ControlGroup::make(const std::string&, const GroupLimits&) {
  return errors::spawn_failed(ENOTSUP, "cgroup", "");
}
ControlGroup::ControlGroup(ControlGroup&&) noexcept = default;
ControlGroup& ControlGroup::operator=(ControlGroup&&) noexcept = default;
ControlGroup::~ControlGroup() = default;
void ControlGroup::kill() {}
std::vector<int> ControlGroup::members() const { return {}; }
void ControlGroup::remove_empty() {}

}  // namespace escher

#endif
