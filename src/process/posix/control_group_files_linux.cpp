#if defined(__linux__)

#include "process/posix/control_group_files_linux.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "process/posix/text_file.hpp"
#include "process/posix/unique_fd.hpp"

namespace escher::posix {
namespace {

// `36 35 0:26 <root> <mount point> <options> … - cgroup2 …`
struct Mount {
  std::string root, point;
};

// The last one: it lies over those before it.
std::optional<Mount> mount_of_cgroup2() {
  std::optional<Mount> mount;
  const std::string mounts = contents_of("/proc/self/mountinfo");
  for (const std::string_view line : lines_of(mounts)) {
    if (line.find(" - cgroup2 ") == std::string_view::npos) continue;
    const auto words = words_of(line);
    if (words.size() > 4) mount = Mount{std::string(words[3]), std::string(words[4])};
  }
  return mount;
}

// `0::<path>`, seen from the root of the hierarchy.
std::string own_path() {
  const std::string groups = contents_of("/proc/self/cgroup");
  for (const std::string_view line : lines_of(groups)) {
    if (line.starts_with("0::")) return std::string(line.substr(3));
  }
  return {};
}

std::string parent_of(const std::string& path) { return path.substr(0, path.rfind('/')); }

// systemd marks what it delegates.
bool is_marked(const std::string& group) {
  for (const char* name : {"user.delegate", "trusted.delegate"}) {
    char value[1];
    if (::getxattr(group.c_str(), name, value, sizeof value) == 1 && *value == '1') return true;
  }
  return false;
}

// Not a part of it that somebody else manages: a slice of systemd, say, which root may write to.
bool is_whole_of_what_is_given(const std::string& group, const std::string& top) {
  return group == top || is_marked(group) || !is_delegated(parent_of(group));
}

// A group that has processes of its own cannot, but for the root, the only one without a type.
bool may_hand_on(const std::string& group) {
  return ::access((group + "/cgroup.type").c_str(), F_OK) != 0 ||
         contents_of(group + "/cgroup.procs").empty();
}

bool hands_on(const std::string& directory, const std::string& controller) {
  const std::string names = contents_of(directory + "/cgroup.subtree_control");
  const auto words = words_of(names);
  return std::find(words.begin(), words.end(), controller) != words.end();
}

std::string why_not_handed_on(const std::string& controller, int os_error) {
  if (os_error == ENOENT) return "'" + controller + "' is not among its controllers";
  std::string why = "'" + controller + "' cannot be handed on to the groups below it";
  if (os_error != EBUSY) return why + " (" + std::string(errno_name(os_error)) + ")";
  return why + ", since it has processes of its own: the host needs a group in the delegated one";
}

std::optional<Error> need_controller(const std::string& directory, const std::string& controller) {
  if (hands_on(directory, controller)) return std::nullopt;
  // Linux itself would let 'pids' be handed on where processes are, and make what is below useless.
  const int reason = may_hand_on(directory)
                         ? write_group_file(directory + "/cgroup.subtree_control", "+" + controller)
                         : EBUSY;
  if (reason == 0) return std::nullopt;
  return group_error(ENOTSUP, directory, why_not_handed_on(controller, reason));
}

std::optional<Error> set_limit(const std::string& group, const std::string& file,
                               const std::optional<std::uint64_t>& value) {
  if (!value) return std::nullopt;
  const int reason = write_group_file(group + "/" + file, std::to_string(*value));
  if (reason == 0) return std::nullopt;
  return group_error(reason, group + "/" + file, "the limit cannot be set");
}

bool has_event(const std::string& events, std::string_view line) {
  const auto lines = lines_of(events);
  return std::find(lines.begin(), lines.end(), line) != lines.end();
}

}  // namespace

std::string base_group() {
  const auto mount = mount_of_cgroup2();
  std::string path = own_path();
  if (!mount || path.empty()) return {};
  if (mount->root != "/" && path.starts_with(mount->root)) path.erase(0, mount->root.size());
  if (path == "/" || path.empty()) return mount->point;
  return base_of(mount->point + path, mount->point);
}

std::string base_of(const std::string& group, const std::string& top) {
  if (group == top) return group;
  std::string above = parent_of(group);
  return is_delegated(above) && is_whole_of_what_is_given(above, top) && may_hand_on(above) ? above
                                                                                            : group;
}

// One write for each: half of two settings would be no error to the kernel.
int write_group_file(const std::string& file, const std::string& value) {
  const UniqueFd fd(::open(file.c_str(), O_WRONLY | O_CLOEXEC));
  if (!fd) return errno;
  return ::write(fd.get(), value.data(), value.size()) < 0 ? errno : 0;
}

Error group_error(int os_error, const std::string& path, const std::string& why) {
  Error error = errors::spawn_failed(os_error, "cgroup", path);
  error.message += ": " + why;
  return error;
}

bool is_delegated(const std::string& group) {
  return ::access(group.c_str(), W_OK) == 0 &&
         ::access((group + "/cgroup.procs").c_str(), W_OK) == 0;
}

std::optional<Error> hand_on_controllers(const std::string& group, const GroupLimits& limits) {
  if (limits.memory_max) {
    if (auto missing = need_controller(group, "memory")) return missing;
  }
  if (limits.pids_max) return need_controller(group, "pids");
  return std::nullopt;
}

std::optional<Error> set_group_limits(const std::string& group, const GroupLimits& limits) {
  if (auto error = set_limit(group, "memory.max", limits.memory_max)) return error;
  // Whoever is over the limit ends as a whole, as with every other limit here.
  if (limits.memory_max) write_group_file(group + "/memory.oom.group", "1");
  return set_limit(group, "pids.max", limits.pids_max);
}

bool is_group_empty(const std::string& group) {
  return has_event(contents_of(group + "/cgroup.events"), "populated 0");
}

bool is_group_clean(const std::string& group) {
  const std::string events = contents_of(group + "/cgroup.events");
  if (!has_event(events, "populated 0") || has_event(events, "frozen 1")) return false;
  struct stat facts;
  // Each group below counts as a link.
  return ::stat(group.c_str(), &facts) == 0 && facts.st_nlink == 2;
}

}  // namespace escher::posix

#endif
