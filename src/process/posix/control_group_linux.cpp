#if defined(__linux__)

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <unordered_set>
#include <utility>

#include "process/control_group.hpp"
#include "process/posix/control_group_files_linux.hpp"
#include "process/posix/control_group_home_linux.hpp"
#include "process/posix/control_group_tree_linux.hpp"
#include "process/posix/text_file.hpp"
#include "process/posix/unique_fd.hpp"
#include "process/process_table.hpp"

namespace escher {
namespace {

using Pids = std::unordered_set<int>;

void add_pids(int file, Pids& pids) {
  const std::string numbers = posix::contents_of(file);
  for (const std::string_view word : posix::words_of(numbers)) {
    int pid = 0;
    std::from_chars(word.data(), word.data() + word.size(), pid);
    // 0: in a PID namespace that the host does not see.
    if (pid > 0) pids.insert(pid);
  }
}

void add_pids_of(int parent, const char* name, void* pids) {
  const std::string path = std::string(name) + "/cgroup.procs";
  const UniqueFd file(::openat(parent, path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file) add_pids(file.get(), *static_cast<Pids*>(pids));
}

Pids pids_in(const std::string& group) {
  Pids pids;
  const int directory = ::open(group.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0) return pids;
  add_pids_of(directory, ".", &pids);
  posix::visit_groups_below(directory, add_pids_of, &pids);
  return pids;
}

}  // namespace

std::optional<Error> ControlGroup::refusal(const GroupLimits& limits) {
  const std::string base = posix::base_group();
  if (base.empty()) return posix::group_error(ENOTSUP, "", "there is no cgroup v2 here");
  if (!posix::is_delegated(base)) {
    return posix::group_error(errno, base, "the host's control group is not delegated");
  }
  return posix::hand_on_controllers(base, limits);
}

ControlGroup::ControlGroup(ControlGroup&& other) noexcept
    : home_(std::exchange(other.home_, nullptr)),
      path_(std::exchange(other.path_, {})),
      entrance_(std::exchange(other.entrance_, -1)),
      use_(other.use_) {}

ControlGroup& ControlGroup::operator=(ControlGroup&& other) noexcept {
  std::swap(home_, other.home_);
  std::swap(path_, other.path_);
  std::swap(entrance_, other.entrance_);
  std::swap(use_, other.use_);
  return *this;
}

ControlGroup::~ControlGroup() {
  entered();
  if (home_) home_->take_back(std::move(path_), use_);
}

void ControlGroup::entered() {
  if (const int fd = std::exchange(entrance_, -1); fd >= 0) ::close(fd);
}

void ControlGroup::kill() {
  spoil();
  posix::kill_group(path_.c_str());
}
bool ControlGroup::is_empty() const { return posix::is_group_empty(path_); }
void ControlGroup::add_members(std::vector<TreeMember>& members) const {
  posix::add_group_members(path_, members);
}

void posix::add_group_members(const std::string& group, std::vector<TreeMember>& members) {
  Pids newcomers = pids_in(group);
  for (const TreeMember& member : members) newcomers.erase(member.pid);
  if (newcomers.empty()) return;
  std::vector<TreeMember> found;
  for (const int pid : newcomers) found.push_back({pid, start_time_of(pid), 0, false});
  // Whoever is in it before and after was in it when his start was read: else the number may have
  // gone to a stranger in between.
  const Pids still = pids_in(group);
  for (const TreeMember& member : found) {
    if (member.started != 0 && still.contains(member.pid)) members.push_back(member);
  }
}

}  // namespace escher

#endif
