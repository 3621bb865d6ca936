#include "process/linux/cgroup/cgroup_files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <unordered_set>

#include "process/linux/cgroup/cgroup_tree.hpp"
#include "process/posix/text_file.hpp"
#include "process/posix/unique_fd.hpp"
#include "process/process_table.hpp"

namespace escher::posix {
namespace {

// A line of /proc/self/mountinfo: `36 35 0:26 <root> <mount point> <options> … - cgroup2 …`
struct Mount {
  std::string root, point;
};

// The last one in the list: it hides those mounted before it.
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

// The path of the host's cgroup from the root of the hierarchy: a line `0::<path>`.
std::string own_path() {
  const std::string groups = contents_of("/proc/self/cgroup");
  for (const std::string_view line : lines_of(groups)) {
    if (line.starts_with("0::")) return std::string(line.substr(3));
  }
  return {};
}

std::string parent_of(const std::string& path) { return path.substr(0, path.rfind('/')); }

// systemd sets one of these attributes on a cgroup that it delegates.
bool has_delegate_mark(const std::string& cgroup) {
  for (const char* name : {"user.delegate", "trusted.delegate"}) {
    char value[1];
    if (::getxattr(cgroup.c_str(), name, value, sizeof value) == 1 && *value == '1') return true;
  }
  return false;
}

// The delegated cgroup itself, and not a part of a hierarchy that another program manages. For
// example, root may write to every slice of systemd.
bool is_top_of_delegation(const std::string& cgroup, const std::string& top) {
  return cgroup == top || has_delegate_mark(cgroup) || !is_delegated(parent_of(cgroup));
}

// A cgroup with processes in it cannot enable controllers for its children. The root cgroup can; it
// is the only one without `cgroup.type`.
bool can_enable_controllers(const std::string& cgroup) {
  return ::access((cgroup + "/cgroup.type").c_str(), F_OK) != 0 ||
         contents_of(cgroup + "/cgroup.procs").empty();
}

bool has_enabled(const std::string& directory, const std::string& controller) {
  const std::string names = contents_of(directory + "/cgroup.subtree_control");
  const auto words = words_of(names);
  return std::find(words.begin(), words.end(), controller) != words.end();
}

std::string why_not_enabled(const std::string& controller, int os_error) {
  if (os_error == ENOENT) return "'" + controller + "' is not among its controllers";
  std::string why = "'" + controller + "' cannot be enabled for the cgroups below it";
  if (os_error != EBUSY) return why + " (" + std::string(errno_name(os_error)) + ")";
  return why + ", since it has processes of its own: move the host into a cgroup below it";
}

std::optional<Error> enable_controller(const std::string& directory,
                                       const std::string& controller) {
  if (has_enabled(directory, controller)) return std::nullopt;
  // Linux enables 'pids' even where processes are. Then no process can enter the cgroups below.
  const int reason =
      can_enable_controllers(directory)
          ? write_cgroup_file(directory + "/cgroup.subtree_control", "+" + controller)
          : EBUSY;
  if (reason == 0) return std::nullopt;
  return cgroup_error(ENOTSUP, directory, why_not_enabled(controller, reason));
}

std::optional<Error> set_limit(const std::string& cgroup, const std::string& file,
                               const std::optional<std::uint64_t>& value) {
  if (!value) return std::nullopt;
  const int reason = write_cgroup_file(cgroup + "/" + file, std::to_string(*value));
  if (reason == 0) return std::nullopt;
  return cgroup_error(reason, cgroup + "/" + file, "the limit cannot be set");
}

bool has_event(std::string_view events, std::string_view line) {
  const auto lines = lines_of(events);
  return std::find(lines.begin(), lines.end(), line) != lines.end();
}

using Pids = std::unordered_set<int>;

void add_pids(int file, Pids& pids) {
  const std::string numbers = contents_of(file);
  for (const std::string_view word : words_of(numbers)) {
    int pid = 0;
    std::from_chars(word.data(), word.data() + word.size(), pid);
    // 0: a process in a PID namespace that the host cannot see.
    if (pid > 0) pids.insert(pid);
  }
}

void add_pids_of(int parent, const char* name, void* pids) {
  const std::string path = std::string(name) + "/cgroup.procs";
  const UniqueFd file(::openat(parent, path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file) add_pids(file.get(), *static_cast<Pids*>(pids));
}

Pids pids_in(const std::string& cgroup) {
  Pids pids;
  const int directory = ::open(cgroup.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0) return pids;
  add_pids_of(directory, ".", &pids);
  visit_cgroups_below(directory, add_pids_of, &pids);
  return pids;
}

}  // namespace

std::string base_cgroup() {
  const auto mount = mount_of_cgroup2();
  std::string path = own_path();
  if (!mount || path.empty()) return {};
  if (mount->root != "/" && path.starts_with(mount->root)) path.erase(0, mount->root.size());
  if (path == "/" || path.empty()) return mount->point;
  return base_cgroup_of(mount->point + path, mount->point);
}

std::string base_cgroup_of(const std::string& cgroup, const std::string& top) {
  if (cgroup == top) return cgroup;
  std::string above = parent_of(cgroup);
  const bool is_base =
      is_delegated(above) && is_top_of_delegation(above, top) && can_enable_controllers(above);
  return is_base ? above : cgroup;
}

// With one write call: the kernel reports no error for a value that arrives in two parts.
int write_cgroup_file(const std::string& file, const std::string& value) {
  const UniqueFd fd(::open(file.c_str(), O_WRONLY | O_CLOEXEC));
  if (!fd) return errno;
  return ::write(fd.get(), value.data(), value.size()) < 0 ? errno : 0;
}

void record_start(const std::string& cgroup, std::uint64_t tick) {
  ::setxattr(cgroup.c_str(), kStartAttribute, &tick, sizeof tick, 0);
}

Strangers recorded_strangers(const std::string& cgroup) {
  std::uint64_t tick = 0;
  const ssize_t size = ::getxattr(cgroup.c_str(), kStartAttribute, &tick, sizeof tick);
  return {size == sizeof tick ? tick : 0};
}

Error cgroup_error(int os_error, const std::string& path, const std::string& why) {
  Error error = errors::spawn_failed(os_error, "cgroup", path);
  error.message += ": " + why;
  return error;
}

bool is_delegated(const std::string& cgroup) {
  return ::access(cgroup.c_str(), W_OK) == 0 &&
         ::access((cgroup + "/cgroup.procs").c_str(), W_OK) == 0;
}

std::optional<Error> enable_controllers(const std::string& cgroup, const CgroupLimits& limits) {
  if (limits.memory_max) {
    if (auto missing = enable_controller(cgroup, "memory")) return missing;
  }
  if (limits.pids_max) return enable_controller(cgroup, "pids");
  return std::nullopt;
}

std::optional<Error> set_cgroup_limits(const std::string& cgroup, const CgroupLimits& limits) {
  if (auto error = set_limit(cgroup, "memory.max", limits.memory_max)) return error;
  // Over the limit the kernel kills the whole execution and not one process of it.
  if (limits.memory_max) write_cgroup_file(cgroup + "/memory.oom.group", "1");
  return set_limit(cgroup, "pids.max", limits.pids_max);
}

bool is_cgroup_empty(const std::string& cgroup) {
  const UniqueFd events(::open((cgroup + "/cgroup.events").c_str(), O_RDONLY | O_CLOEXEC));
  return events && is_cgroup_empty(events.get());
}

bool is_cgroup_empty(int events) {
  char text[256];
  ssize_t size = -1;
  do {
    size = ::pread(events, text, sizeof text, 0);
  } while (size < 0 && errno == EINTR);
  return size > 0 && has_event({text, static_cast<std::size_t>(size)}, "populated 0");
}

void add_cgroup_members(const std::string& cgroup, const Strangers& strangers,
                        std::vector<TreeMember>& members) {
  Pids newcomers = pids_in(cgroup);
  for (const TreeMember& member : members) newcomers.erase(member.pid);
  if (newcomers.empty()) return;
  std::vector<TreeMember> found;
  for (const int pid : newcomers) found.push_back({pid, start_time_of(pid), 0, false});
  // A PID that is in the cgroup before and after its start time was read belonged to one process
  // all the time. Otherwise it may have been reused in between.
  const Pids remaining = pids_in(cgroup);
  for (const TreeMember& member : found) {
    if (member.started == 0 || strangers.contains(member.pid, member.started)) continue;
    if (remaining.contains(member.pid)) members.push_back(member);
  }
}

}  // namespace escher::posix
