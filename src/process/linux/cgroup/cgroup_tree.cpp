#include "process/linux/cgroup/cgroup_tree.hpp"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "process/linux/proc/process_entry.hpp"

namespace escher::posix {
namespace {

constexpr int kOpenDirectory = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

struct Member {
  pid_t pid;
  unsigned long long started;
  bool is_confirmed;
};

struct Members {
  // What does not fit is killed by the next call.
  static constexpr size_t kMost = 1024;

  bool any() const { return count > 0 || has_hidden; }

  Member list[kMost];
  size_t count = 0;
  bool has_strangers = false;
  // In a PID namespace that is not visible from here.
  bool has_hidden = false;
};

unsigned long long recorded_start(int directory) {
  unsigned long long tick = 0;
  return ::fgetxattr(directory, kStartAttribute, &tick, sizeof tick) == sizeof tick ? tick : 0;
}

// Calls `use(pid, since)` for every process in the cgroup. `since`: the recorded start.
template <typename Use>
void for_each_pid(int parent, const char* name, Use use) {
  const int directory = ::openat(parent, name, kOpenDirectory);
  if (directory < 0) return;
  const auto since = recorded_start(directory);
  const int file = ::openat(directory, "cgroup.procs", O_RDONLY | O_CLOEXEC);
  ::close(directory);
  if (file < 0) return;
  char buffer[4096];
  pid_t pid = 0;
  for (long got; (got = ::read(file, buffer, sizeof buffer)) > 0;) {
    for (long i = 0; i < got; ++i) {
      if (buffer[i] >= '0' && buffer[i] <= '9') {
        pid = pid * 10 + (buffer[i] - '0');
      } else {
        use(pid, since);
        pid = 0;
      }
    }
  }
  ::close(file);
}

// The same for the cgroup and all cgroups below it.
template <typename Use>
void for_each_pid_below(const char* path, Use use) {
  const int directory = ::open(path, kOpenDirectory);
  if (directory < 0) return;
  for_each_pid(directory, ".", use);
  const auto visit = [](int parent, const char* name, void* context) {
    for_each_pid(parent, name, *static_cast<Use*>(context));
  };
  visit_cgroups_below(directory, visit, &use);
}

unsigned long long start_time_in(int table, pid_t pid) {
  const int process = open_process(table, pid);
  ProcessFacts facts;
  const bool is_there = process >= 0 && read_process(process, &facts);
  if (process >= 0) ::close(process);
  return is_there ? facts.started : 0;
}

void find_members(const char* path, const Strangers& strangers, Members* members) {
  const int table = open_process_table();
  for_each_pid_below(path, [=, &strangers](pid_t pid, unsigned long long since) {
    if (pid == 0 || table < 0) {
      members->has_hidden = true;
      return;
    }
    const auto started = start_time_in(table, pid);
    const Strangers here{since > strangers.since ? since : strangers.since};
    if (pid == ::getpid() || (started != 0 && here.contains(pid, started))) {
      members->has_strangers = true;
    } else if (started != 0 && members->count < Members::kMost) {
      members->list[members->count++] = {pid, started, false};
    }
  });
  if (table >= 0) ::close(table);
}

void kill_one(int table, const Member& member) {
  const int process = open_process(table, member.pid);
  if (process < 0) return;
  ProcessFacts facts;
  if (read_process(process, &facts) && facts.started == member.started) {
    signal_process(process, facts, SIGKILL);
  }
  ::close(process);
}

// A number that is in the cgroup before and after its start time was read belonged to one process
// all the time. Otherwise it may have been reused in between.
void kill_each(const char* path, Members* members) {
  for_each_pid_below(path, [=](pid_t pid, unsigned long long) {
    for (size_t i = 0; i < members->count; ++i) {
      if (members->list[i].pid == pid) members->list[i].is_confirmed = true;
    }
  });
  const int table = open_process_table();
  if (table < 0) return;
  for (size_t i = 0; i < members->count; ++i) {
    if (members->list[i].is_confirmed) kill_one(table, members->list[i]);
  }
  ::close(table);
}

void write_kill(const char* path) {
  char file[PATH_MAX];
  const int size = ::snprintf(file, sizeof file, "%s/cgroup.kill", path);
  if (size < 0 || static_cast<unsigned>(size) >= sizeof file) return;
  const int fd = ::open(file, O_WRONLY | O_CLOEXEC);
  if (fd < 0) return;  // Linux before 5.14
  // An error changes nothing: the caller checks afterwards which processes live.
  [[maybe_unused]] const auto written = ::write(fd, "1", 1);
  ::close(fd);
}

void remove_one(int parent, const char* name, void*) { ::unlinkat(parent, name, AT_REMOVEDIR); }

}  // namespace

void visit_cgroups_below(int directory, CgroupVisitor visit, void* context) {
  DIR* entries = ::fdopendir(directory);
  if (entries == nullptr) {
    ::close(directory);
    return;
  }
  while (const dirent* entry = ::readdir(entries)) {
    if (entry->d_type != DT_DIR || entry->d_name[0] == '.') continue;
    const int below = ::openat(directory, entry->d_name, kOpenDirectory);
    if (below >= 0) visit_cgroups_below(below, visit, context);
    visit(directory, entry->d_name, context);
  }
  ::closedir(entries);
}

bool Strangers::contains(pid_t pid, unsigned long long started) const {
  return pid == ::getpid() || started < since;
}

bool kill_cgroup(const char* path, const Strangers& strangers) {
  Members members;
  find_members(path, strangers, &members);
  if (!members.any()) return false;
  if (!members.has_strangers) write_kill(path);
  kill_each(path, &members);
  return true;
}

bool has_only_strangers(const char* path, const Strangers& strangers) {
  Members members;
  find_members(path, strangers, &members);
  return members.has_strangers && !members.any();
}

bool remove_cgroup(const char* path) {
  // The usual case: nothing is below it.
  if (::rmdir(path) == 0 || errno == ENOENT) return true;
  const int directory = ::open(path, kOpenDirectory);
  if (directory >= 0) visit_cgroups_below(directory, remove_one, nullptr);
  return ::rmdir(path) == 0 || errno == ENOENT;
}

}  // namespace escher::posix
