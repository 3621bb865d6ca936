#include "process/process_table.hpp"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/proc.h>
#include <sys/sysctl.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include "process/darwin/process_arguments.hpp"

// By sysctl, which shows the processes of all users. The environment, and so the marker, is shown
// for processes of the same user only, and not for programs that the system protects, which are
// most of those that come with it: their descendants are found by session and parent.
//
// A tick is a microsecond of the wall clock, since that is how the kernel records when a process
// was started. A clock that is set back may hide processes that are started after that.

namespace escher {
namespace {

using Processes = std::vector<kinfo_proc>;

std::uint64_t tick_of(const timeval& time) {
  return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000 +
         static_cast<std::uint64_t>(time.tv_usec);
}

bool lives(const kinfo_proc& process) { return process.kp_proc.p_stat != SZOMB; }

std::optional<Processes> all_processes() {
  int name[] = {CTL_KERN, KERN_PROC, KERN_PROC_ALL};
  Processes processes;
  // The table may grow between the two calls.
  for (int i = 0; i < 8; ++i) {
    std::size_t bytes = 0;
    if (::sysctl(name, 3, nullptr, &bytes, nullptr, 0) != 0) return std::nullopt;
    processes.resize(bytes / sizeof(kinfo_proc) + 64);
    bytes = processes.size() * sizeof(kinfo_proc);
    if (::sysctl(name, 3, processes.data(), &bytes, nullptr, 0) == 0) {
      processes.resize(bytes / sizeof(kinfo_proc));
      if (processes.empty()) return std::nullopt;
      return processes;
    }
    if (errno != ENOMEM) return std::nullopt;
  }
  return std::nullopt;
}

// Nothing if the process is gone, which the call reports as an empty result.
std::optional<kinfo_proc> process_of(pid_t pid) {
  int name[] = {CTL_KERN, KERN_PROC, KERN_PROC_PID, pid};
  kinfo_proc process = {};
  std::size_t bytes = sizeof process;
  if (::sysctl(name, 4, &process, &bytes, nullptr, 0) != 0) return std::nullopt;
  if (bytes < sizeof process || process.kp_proc.p_pid != pid) return std::nullopt;
  return process;
}

// Reads the markers of many processes with one buffer. It has the size of the largest block: into
// a smaller one the kernel copies the end of the block, not its beginning.
class MarkerReader {
 public:
  MarkerReader() {
    int name[] = {CTL_KERN, KERN_ARGMAX};
    int most = 0;
    std::size_t bytes = sizeof most;
    if (::sysctl(name, 2, &most, &bytes, nullptr, 0) != 0 || most <= 0) most = 1024 * 1024;
    block_.resize(static_cast<std::size_t>(most));
  }

  // Valid until the next call; empty if there is none, or if it is not shown.
  std::string_view read(pid_t pid) {
    int name[] = {CTL_KERN, KERN_PROCARGS2, pid};
    std::size_t bytes = block_.size();
    if (::sysctl(name, 3, block_.data(), &bytes, nullptr, 0) != 0) return {};
    return posix::variable_in(posix::environment_in({block_.data(), bytes}), kMarkerName);
  }

 private:
  std::string block_;
};

}  // namespace

std::optional<std::vector<ProcessEntry>> read_processes(const Marker& marker, std::uint64_t since) {
  const auto processes = all_processes();
  if (!processes) return std::nullopt;
  MarkerReader reader;
  std::vector<ProcessEntry> entries;
  entries.reserve(processes->size());
  for (const kinfo_proc& process : *processes) {
    ProcessEntry entry;
    entry.pid = process.kp_proc.p_pid;
    entry.parent = process.kp_eproc.e_ppid;
    entry.group = process.kp_eproc.e_pgid;
    entry.started = tick_of(process.kp_proc.p_starttime);
    entry.lives = lives(process);
    if (entry.lives && entry.started >= since && entry.pid != ::getpid()) {
      // The table has no session number. The process may be gone: then it is in none.
      entry.session = std::max(::getsid(entry.pid), 0);
      entry.execution = marker.execution_in(reader.read(entry.pid));
    }
    entries.push_back(std::move(entry));
  }
  return entries;
}

// The kernel reports no number of the newest process, so there are none.
class Newcomers::Impl {};
Newcomers::Newcomers(const Marker&, std::uint64_t) {}
Newcomers::~Newcomers() = default;
std::optional<ProcessEntry> Newcomers::next() { return std::nullopt; }

std::uint64_t start_time_of(int pid) {
  const auto process = process_of(pid);
  return process ? tick_of(process->kp_proc.p_starttime) : 0;
}

std::uint64_t own_start_time() { return start_time_of(::getpid()); }

std::uint64_t current_tick() {
  timeval now = {};
  ::gettimeofday(&now, nullptr);
  return tick_of(now);
}

bool lives(const TreeMember& member) {
  const auto process = process_of(member.pid);
  return process && tick_of(process->kp_proc.p_starttime) == member.started && lives(*process);
}

// The number could be reused between the check and the signal. Numbers are given out in order, so
// that needs a hundred thousand new processes in this time.
bool signal_process(const TreeMember& member, int signal) {
  return lives(member) && ::kill(member.pid, signal) == 0;
}

std::string own_marker() {
  MarkerReader reader;
  const std::string found(reader.read(::getpid()));
  if (!found.empty()) return found;
  const char* value = ::getenv(kMarkerName.data());
  return value == nullptr ? std::string() : std::string(value);
}

}  // namespace escher
