#if defined(__linux__)

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <utility>

#include "process/control_groups.hpp"
#include "process/posix/control_group_files_linux.hpp"
#include "process/posix/control_group_home_linux.hpp"
#include "process/posix/control_group_tree_linux.hpp"
#include "process/posix/spawn.hpp"

namespace escher {
namespace {

// Of the group of an engine, which ends with its host.
constexpr std::string_view kEnginePrefix = "escher-engine-";
// Of the group of an execution that does not.
constexpr std::string_view kLoosePrefix = "escher-loose-";

// So many serve again: more than run at a time, with most configurations.
constexpr std::size_t kMostReady = 64;

struct CloseDirectory {
  void operator()(DIR* directory) const { ::closedir(directory); }
};

bool is_same_file(int fd, const std::string& path) {
  struct stat one, other;
  return ::fstat(fd, &one) == 0 && ::stat(path.c_str(), &other) == 0 && one.st_ino == other.st_ino;
}

}  // namespace

// ---- On the spawn thread.

void ControlGroup::Home::ensure() {
  if (std::exchange(looked_, true)) return;
  errno = 0;
  base_ = posix::base_group();
  usable_ = !base_.empty() && posix::is_delegated(base_) && (lock_ || make_own()) && try_entry();
  lack_ = !usable_ && is_passing_lack(errno) ? errno : 0;
  looked_ = lack_ == 0;
}

// Linux 6.15 and later count how often a group was killed as a whole, and a child that is made in
// another group than its parent's is killed unless both counts are the same. So it is if somebody
// has ever written to the `cgroup.kill` of the host's group, or of one above it, before the host
// came there.
bool ControlGroup::Home::try_entry() {
  const auto group = make_new(path_, Use::again);
  return group && posix::can_spawn_into(group->entrance());
}

// A sweep of another engine may come between the making and the locking: it finds nobody, and takes
// it away.
bool ControlGroup::Home::make_own() {
  for (int attempt = 0; attempt < 5; ++attempt) {
    if (try_make_own()) return true;
    if (errno != EWOULDBLOCK && errno != ENOENT) return false;
    ::poll(nullptr, 0, attempt);
  }
  return false;
}

bool ControlGroup::Home::try_make_own() {
  std::string path = base_ + "/" + std::string(kEnginePrefix) + engine_;
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) return false;
  UniqueFd lock(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!lock || ::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) return false;
  if (!is_same_file(lock.get(), path)) {
    errno = ENOENT;
    return false;
  }
  lock_ = std::move(lock);
  path_ = std::move(path);
  return true;
}

std::optional<ControlGroup> ControlGroup::Home::lend() {
  if (!usable_) {
    errno = lack_;
    return std::nullopt;
  }
  while (auto path = take_ready()) {
    if (auto group = open(*path, Use::again)) return group;
    // Somebody else may have removed it.
    if (!is_passing_lack(errno)) continue;
    const std::lock_guard lock(mutex_);
    ready_.push_back(std::move(*path));
    return std::nullopt;
  }
  if (auto group = make_new(path_, Use::again)) return group;
  // So may have been the engine's own.
  if (errno != ENOENT || !make_own()) return std::nullopt;
  return make_new(path_, Use::again);
}

std::optional<std::string> ControlGroup::Home::take_ready() {
  const std::lock_guard lock(mutex_);
  if (ready_.empty()) return std::nullopt;
  std::string path = std::move(ready_.back());
  ready_.pop_back();
  return path;
}

Result<ControlGroup> ControlGroup::Home::make_limited(const GroupLimits& limits, bool loose) {
  ensure();
  if (auto error = refusal(limits)) return std::move(*error);
  const std::string& directory = loose ? base_ : path_;
  if (!loose && !directory.empty()) {
    if (auto error = posix::hand_on_controllers(directory, limits)) return std::move(*error);
  }
  auto group =
      directory.empty() ? std::nullopt : make_new(directory, loose ? Use::loose : Use::once);
  if (!group) return posix::group_error(errno, directory, "no group can be made in it");
  if (auto error = posix::set_group_limits(group->path(), limits)) return std::move(*error);
  return std::move(*group);
}

std::optional<ControlGroup> ControlGroup::Home::make_new(const std::string& directory, Use use) {
  const std::string number = std::to_string(++made_);
  const std::string path =
      directory + "/" +
      (directory == path_ ? number : std::string(kLoosePrefix) + engine_ + "-" + number);
  if (::mkdir(path.c_str(), 0700) != 0) return std::nullopt;
  auto group = open(path, use);
  if (group) return group;
  const int reason = errno;
  ::rmdir(path.c_str());
  errno = reason;
  return std::nullopt;
}

std::optional<ControlGroup> ControlGroup::Home::open(std::string path, Use use) {
  const int entrance = ::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (entrance < 0) return std::nullopt;
  return ControlGroup(shared_from_this(), std::move(path), entrance, use);
}

// ---- Any thread.

void ControlGroup::Home::take_back(std::string path, Use use) {
  recheck_one();
  if (use == Use::again && posix::is_group_clean(path)) {
    const std::lock_guard lock(mutex_);
    if (ready_.size() < kMostReady) return ready_.push_back(std::move(path));
  }
  if (posix::remove_group(path.c_str()) || use == Use::loose) return;
  const std::lock_guard lock(mutex_);
  left_behind_.push_back(std::move(path));
}

// Those left behind end at some time: so that their groups are not kept until the engine ends.
void ControlGroup::Home::recheck_one() {
  std::string path;
  {
    const std::lock_guard lock(mutex_);
    if (left_behind_.empty()) return;
    path = std::move(left_behind_.front());
    left_behind_.erase(left_behind_.begin());
  }
  if (posix::is_group_empty(path) && posix::remove_group(path.c_str())) return;
  const std::lock_guard lock(mutex_);
  left_behind_.push_back(std::move(path));
}

std::vector<std::string> ControlGroup::Home::left_behind() const {
  const std::lock_guard lock(mutex_);
  return left_behind_;
}

// ---- The face of it.

ControlGroups::ControlGroups(std::string_view engine)
    : home_(std::make_shared<ControlGroup::Home>(std::string(engine))) {}

ControlGroups::~ControlGroups() {
  if (path().empty() || posix::remove_group(path().c_str())) return;
  // What does not end at once is the guard's to remove.
  posix::kill_group(path().c_str());
  posix::remove_group(path().c_str());
}

void ControlGroups::ensure() { home_->ensure(); }
const std::string& ControlGroups::path() const { return home_->path(); }
std::optional<ControlGroup> ControlGroups::lend() { return home_->lend(); }
Result<ControlGroup> ControlGroups::make_limited(const GroupLimits& limits, bool loose) {
  return home_->make_limited(limits, loose);
}
void ControlGroups::give_up() { home_->give_up(); }
bool ControlGroups::takes_new_processes() const { return home_->takes_new_processes(); }

void ControlGroups::add_left_behind(std::vector<TreeMember>& members) const {
  for (const std::string& group : home_->left_behind()) posix::add_group_members(group, members);
}

bool ControlGroups::anybody_left_behind() const {
  const auto groups = home_->left_behind();
  return !std::all_of(groups.begin(), groups.end(), posix::is_group_empty);
}

void ControlGroups::kill_left_behind() {
  for (const std::string& group : home_->left_behind()) posix::kill_group(group.c_str());
}

void ControlGroups::sweep() {
  const std::string base = posix::base_group();
  const std::unique_ptr<DIR, CloseDirectory> entries(base.empty() ? nullptr
                                                                  : ::opendir(base.c_str()));
  if (!entries) return;
  while (const dirent* entry = ::readdir(entries.get())) {
    const std::string_view name = entry->d_name;
    const std::string path = base + "/" + entry->d_name;
    if (name.starts_with(kLoosePrefix)) posix::remove_group(path.c_str());
    if (!name.starts_with(kEnginePrefix)) continue;
    const UniqueFd group(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    // Its owner is dead, whoever has his number now and in whatever PID namespace he was.
    if (!group || ::flock(group.get(), LOCK_EX | LOCK_NB) != 0) continue;
    if (posix::remove_group(path.c_str())) continue;
    posix::kill_group(path.c_str());
    posix::remove_group(path.c_str());
  }
}

}  // namespace escher

#endif
