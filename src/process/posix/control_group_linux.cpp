#if defined(__linux__)

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <memory>
#include <sstream>
#include <utility>

#include "process/control_group.hpp"
#include "process/posix/unique_fd.hpp"

namespace escher {
namespace {

constexpr std::string_view kPrefix = "escher-";

struct CloseDirectory {
  void operator()(DIR* directory) const { ::closedir(directory); }
};

Error unavailable(int os_error, const std::string& path, const std::string& why) {
  Error error = errors::spawn_failed(os_error, "cgroup", path);
  error.message += ": " + why;
  return error;
}

// `36 35 0:26 <root> <mount point> <options> … - cgroup2 …`
struct Mount {
  std::string root, point;
};

std::optional<Mount> mount_of_cgroup2() {
  std::ifstream mounts("/proc/self/mountinfo");
  for (std::string line; std::getline(mounts, line);) {
    if (line.find(" - cgroup2 ") == std::string::npos) continue;
    std::istringstream fields(line);
    std::string skipped;
    Mount mount;
    fields >> skipped >> skipped >> skipped >> mount.root >> mount.point;
    return mount;
  }
  return std::nullopt;
}

// `0::<path>`, seen from the root of the hierarchy.
std::string own_path() {
  std::ifstream groups("/proc/self/cgroup");
  for (std::string line; std::getline(groups, line);) {
    if (line.starts_with("0::")) return line.substr(3);
  }
  return {};
}

// The directory of the host's own group; empty where there is no cgroup v2.
std::string own_directory() {
  const auto mount = mount_of_cgroup2();
  std::string path = own_path();
  if (!mount || path.empty()) return {};
  if (mount->root != "/" && path.starts_with(mount->root)) path.erase(0, mount->root.size());
  return path == "/" ? mount->point : mount->point + path;
}

// One write for each: half of two settings would be no error to the kernel.
int write_setting(const std::string& file, const std::string& value) {
  const UniqueFd fd(::open(file.c_str(), O_WRONLY | O_CLOEXEC));
  if (!fd) return errno;
  return ::write(fd.get(), value.data(), value.size()) < 0 ? errno : 0;
}

bool hands_on(const std::string& directory, const std::string& controller) {
  std::ifstream file(directory + "/cgroup.subtree_control");
  for (std::string name; file >> name;) {
    if (name == controller) return true;
  }
  return false;
}

std::optional<Error> need_controller(const std::string& directory, const std::string& controller) {
  if (hands_on(directory, controller)) return std::nullopt;
  const int reason = write_setting(directory + "/cgroup.subtree_control", "+" + controller);
  if (reason == 0) return std::nullopt;
  return unavailable(ENOTSUP, directory,
                     "the host's control group does not hand on '" + controller +
                         "' (it has to be delegated, with the host in a group of its own)");
}

std::optional<Error> set_limit(const std::string& group, const std::string& file,
                               const std::optional<std::uint64_t>& value) {
  if (!value) return std::nullopt;
  const int reason = write_setting(group + "/" + file, std::to_string(*value));
  if (reason == 0) return std::nullopt;
  return unavailable(reason, group + "/" + file, "the limit cannot be set");
}

}  // namespace

std::optional<Error> ControlGroup::refusal(const GroupLimits& limits) {
  const std::string own = own_directory();
  if (own.empty()) return unavailable(ENOTSUP, "", "there is no cgroup v2 here");
  if (::access(own.c_str(), W_OK) != 0) {
    return unavailable(errno, own, "the host's control group is not delegated");
  }
  if (limits.memory_max) {
    if (auto missing = need_controller(own, "memory")) return missing;
  }
  if (limits.pids_max) return need_controller(own, "pids");
  return std::nullopt;
}

Result<ControlGroup> ControlGroup::make(const std::string& name, const GroupLimits& limits) {
  if (auto error = refusal(limits)) return std::move(*error);
  const std::string own = own_directory();
  const std::string path = own + "/" + std::string(kPrefix) + name;
  if (::mkdir(path.c_str(), 0700) != 0) {
    return unavailable(errno, path, "the host's control group is not delegated");
  }
  ControlGroup group(path, ::open((path + "/cgroup.procs").c_str(), O_WRONLY | O_CLOEXEC));
  if (group.entrance_ < 0) return unavailable(errno, path, "it cannot be entered");
  if (auto error = set_limit(path, "memory.max", limits.memory_max)) return std::move(*error);
  // Whoever is over the limit ends as a whole, as with every other limit here.
  if (limits.memory_max) write_setting(path + "/memory.oom.group", "1");
  if (auto error = set_limit(path, "pids.max", limits.pids_max)) return std::move(*error);
  return group;
}

ControlGroup::ControlGroup(ControlGroup&& other) noexcept
    : path_(std::exchange(other.path_, {})), entrance_(std::exchange(other.entrance_, -1)) {}

ControlGroup& ControlGroup::operator=(ControlGroup&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(entrance_, other.entrance_);
  return *this;
}

ControlGroup::~ControlGroup() {
  if (entrance_ >= 0) ::close(entrance_);
  if (!path_.empty()) ::rmdir(path_.c_str());
}

void ControlGroup::kill() {
  // Linux 5.14. Before that its members are known, and signalled one by one.
  write_setting(path_ + "/cgroup.kill", "1");
}

std::vector<int> ControlGroup::members() const {
  std::vector<int> pids;
  std::ifstream file(path_ + "/cgroup.procs");
  for (int pid; file >> pid;) pids.push_back(pid);
  return pids;
}

void ControlGroup::remove_empty() {
  const std::string own = own_directory();
  if (own.empty()) return;
  const std::unique_ptr<DIR, CloseDirectory> entries(::opendir(own.c_str()));
  if (!entries) return;
  while (const dirent* entry = ::readdir(entries.get())) {
    // Refused by the kernel as long as somebody lives in it.
    if (std::string_view(entry->d_name).starts_with(kPrefix)) {
      ::unlinkat(::dirfd(entries.get()), entry->d_name, AT_REMOVEDIR);
    }
  }
}

}  // namespace escher

#endif
