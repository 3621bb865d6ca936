#if defined(__APPLE__)

#include <cerrno>

#include "process/control_groups.hpp"

namespace escher {

class ControlGroup::Home {
 public:
  const std::string path;
};

std::optional<Error> ControlGroup::refusal(const GroupLimits&) {
  return errors::spawn_failed(ENOTSUP, "cgroup", "");
}
ControlGroup::ControlGroup(ControlGroup&&) noexcept = default;
ControlGroup& ControlGroup::operator=(ControlGroup&&) noexcept = default;
ControlGroup::~ControlGroup() = default;
void ControlGroup::entered() {}
void ControlGroup::kill() {}
bool ControlGroup::is_empty() const { return true; }
void ControlGroup::add_members(std::vector<TreeMember>&) const {}

ControlGroups::ControlGroups(std::string_view) : home_(std::make_shared<ControlGroup::Home>()) {}
ControlGroups::~ControlGroups() = default;
void ControlGroups::ensure() {}
const std::string& ControlGroups::path() const { return home_->path; }
std::optional<ControlGroup> ControlGroups::lend() { return std::nullopt; }
Result<ControlGroup> ControlGroups::make_limited(const GroupLimits& limits, bool) {
  return *ControlGroup::refusal(limits);
}
void ControlGroups::give_up() {}
bool ControlGroups::takes_new_processes() const { return false; }
void ControlGroups::add_left_behind(std::vector<TreeMember>&) const {}
bool ControlGroups::anybody_left_behind() const { return false; }
void ControlGroups::kill_left_behind() {}
void ControlGroups::sweep() {}

}  // namespace escher

#endif
