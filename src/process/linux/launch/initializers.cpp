#include "process/posix/initializers.hpp"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <climits>

#include "process/linux/launch/child_calls.hpp"
#include "process/linux/launch/clone_launcher.hpp"

#ifndef SYS_close_range
#define SYS_close_range 436
#endif

namespace escher::posix {
namespace {

ESCHER_IN_CHILD ErrorCode result_of(bool succeeded) {
  return succeeded ? ErrorCode() : ErrorCode(errno, boost::system::system_category());
}

struct KernelLimit {  // the kernel's struct rlimit64
  std::uint64_t soft, hard;
};

ESCHER_IN_CHILD bool get_limit(int resource, KernelLimit* limit) {
  return call(SYS_prlimit64, 0, resource, 0, address(limit)) == 0;
}

ESCHER_IN_CHILD bool set_limit(int resource, const KernelLimit& limit) {
  return call(SYS_prlimit64, 0, resource, address(&limit), 0) == 0;
}

// ---- Descriptors.

// The smallest kept descriptor from `first` on; INT_MAX if there is none.
ESCHER_IN_CHILD int next_kept(const DefaultLauncher& launcher, int first) {
  int next = INT_MAX;
  for (const int fd : launcher.fd_whitelist) {
    if (fd >= first && fd < next) next = fd;
  }
  return next;
}

ESCHER_IN_CHILD bool close_ranges(const DefaultLauncher& launcher) {
  for (int first = 0;;) {
    const int kept = next_kept(launcher, first);
    const unsigned last = kept == INT_MAX ? ~0U : static_cast<unsigned>(kept) - 1;
    if (kept > first && call(SYS_close_range, first, last, 0) != 0) return false;
    if (kept == INT_MAX) return true;
    first = kept + 1;
  }
}

ESCHER_IN_CHILD int parse_number(const char* text) {
  int value = 0;
  if (*text < '0' || *text > '9') return -1;
  for (; *text >= '0' && *text <= '9'; ++text) value = value * 10 + (*text - '0');
  return value;
}

ESCHER_IN_CHILD long open_descriptor_list(const DefaultLauncher& launcher) {
  constexpr int kFlags = O_RDONLY | O_DIRECTORY;
  long list = call(SYS_openat, AT_FDCWD, address("/proc/self/fd"), kFlags);
  // The host may have no descriptor left, and so neither has the child. One is closed first.
  for (int fd = 0; list < 0 && errno == EMFILE && fd < 65536; ++fd) {
    if (next_kept(launcher, fd) == fd || call(SYS_close, fd) != 0) {
      errno = EMFILE;
      continue;
    }
    list = call(SYS_openat, AT_FDCWD, address("/proc/self/fd"), kFlags);
  }
  return list;
}

// Kernels before 5.9 have no close_range.
ESCHER_IN_CHILD void close_listed(const DefaultLauncher& launcher) {
  struct Entry {  // the kernel's struct linux_dirent64
    std::uint64_t inode;
    std::int64_t offset;
    unsigned short length;
    unsigned char type;
    char name[1];
  };
  const long list = open_descriptor_list(launcher);
  if (list < 0) return;
  alignas(Entry) char buffer[2048];
  for (;;) {
    const long size = call(SYS_getdents64, list, address(buffer), sizeof buffer);
    if (size <= 0) break;
    for (long at = 0; at < size;) {
      const auto* entry = reinterpret_cast<const Entry*>(buffer + at);
      const int fd = parse_number(entry->name);
      if (fd >= 0 && fd != list && next_kept(launcher, fd) != fd) call(SYS_close, fd);
      at += entry->length;
    }
  }
  call(SYS_close, list);
}

// `signals`: signal 1 is bit 0.
ESCHER_IN_CHILD void reset_signals(std::uint64_t signals) {
  struct {  // the kernel's struct sigaction; all zero = SIG_DFL
    void* handler;
    unsigned long flags;
    void* restorer;
    std::uint64_t mask;
  } action = {};
  for (int signal = 1; signal <= 64; ++signal) {
    if ((signals >> (signal - 1) & 1) == 0 || signal == SIGKILL || signal == SIGSTOP) continue;
    call(SYS_rt_sigaction, signal, address(&action), 0, sizeof action.mask);
  }
}

ESCHER_IN_CHILD bool move_into(int directory_fd) {
  const long file = call(SYS_openat, directory_fd, address("cgroup.procs"), O_WRONLY);
  return file >= 0 && call(SYS_write, file, address("0"), 1) == 1;
}

}  // namespace

ESCHER_IN_CHILD ErrorCode DefaultSignals::on_exec_setup(DefaultLauncher&, const Path&,
                                                        CommandLine) const {
  reset_signals(~std::uint64_t{0});
  return {};
}

ESCHER_IN_CHILD ErrorCode DefaultSignals::on_exec_setup(CloneLauncher& launcher, const Path&,
                                                        CommandLine) const {
  reset_signals(launcher.start_.handlers_are_reset ? ignored : ~std::uint64_t{0});
  return {};
}

ESCHER_IN_CHILD ErrorCode UnblockedSignals::on_exec_setup(DefaultLauncher&, const Path&,
                                                          CommandLine) const {
  const std::uint64_t none = 0;
  call(SYS_rt_sigprocmask, SIG_SETMASK, address(&none), 0, sizeof none);
  return {};
}

ESCHER_IN_CHILD ErrorCode NewSession::on_exec_setup(DefaultLauncher&, const Path&,
                                                    CommandLine) const {
  return result_of(call(SYS_setsid) >= 0);
}

ESCHER_IN_CHILD ErrorCode ControllingTerminal::on_exec_setup(DefaultLauncher&, const Path&,
                                                             CommandLine) const {
  return result_of(call(SYS_ioctl, descriptor, TIOCSCTTY, 0) == 0);
}

ESCHER_IN_CHILD ErrorCode BoundToHost::on_exec_setup(DefaultLauncher&, const Path&,
                                                     CommandLine) const {
  if (call(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL) != 0) return result_of(false);
  // The host died between the launch and this call.
  if (call(SYS_getppid) != host_) call(SYS_exit_group, 127);
  return {};
}

ErrorCode InCgroup::on_setup(CloneLauncher& launcher, const Path&, CommandLine) const {
  launcher.start_.cgroup_fd = directory_fd;
  launcher.start_.entry = entry;
  return {};
}

ESCHER_IN_CHILD ErrorCode InCgroup::on_exec_setup(CloneLauncher& launcher, const Path&,
                                                  CommandLine) const {
  return result_of(!launcher.start_.moves || move_into(directory_fd));
}

ESCHER_IN_CHILD ErrorCode StartDirectory::on_exec_setup(DefaultLauncher&, const Path&,
                                                        CommandLine) const {
  return result_of(call(SYS_fchdir, descriptor) == 0);
}

ESCHER_IN_CHILD ErrorCode CloseDescriptors::on_exec_setup(DefaultLauncher& launcher, const Path&,
                                                          CommandLine) const {
  if (!close_ranges(launcher)) close_listed(launcher);
  return {};
}

ErrorCode ExecuteDescriptor::on_setup(DefaultLauncher& launcher, const Path&, CommandLine) const {
  if (fd >= 0) launcher.fd_whitelist.push_back(fd);
  return {};
}

ESCHER_IN_CHILD ErrorCode ExecuteDescriptor::on_exec_setup(DefaultLauncher& launcher, const Path&,
                                                           CommandLine argv) const {
  if (fd >= 0) {
    call(SYS_execveat, fd, address(""), address(argv), address(launcher.env), AT_EMPTY_PATH);
  }
  return {};
}

ESCHER_IN_CHILD ErrorCode OpenFiles::on_exec_setup(DefaultLauncher&, const Path&,
                                                   CommandLine) const {
  KernelLimit limit = {};
  if (!get_limit(RLIMIT_NOFILE, &limit)) return result_of(false);
  if (soft > limit.hard) return {};
  limit.soft = soft;
  return result_of(set_limit(RLIMIT_NOFILE, limit));
}

ESCHER_IN_CHILD ErrorCode ResourceLimits::on_exec_setup(DefaultLauncher&, const Path&,
                                                        CommandLine) const {
  for (std::size_t i = 0; i < count_; ++i) {
    const Limit& wanted = limits_[i];
    KernelLimit limit = {};
    if (!get_limit(wanted.resource, &limit)) return result_of(false);
    if (wanted.hard < limit.hard) limit.hard = wanted.hard;
    limit.soft = wanted.soft < limit.hard ? wanted.soft : limit.hard;
    if (!set_limit(wanted.resource, limit)) return result_of(false);
  }
  return {};
}

ESCHER_IN_CHILD ErrorCode LimitMark::on_exec_setup(DefaultLauncher&, const Path&,
                                                   CommandLine) const {
  set_limit(RLIMIT_RTTIME, {soft, hard});
  return {};
}

// The CPUs of the main thread, as the children of Node have: what this thread has may still be that
// of an earlier launch, if the CPUs of the container have changed in the meantime.
ErrorCode OnLauncherCpu::on_setup(CloneLauncher&, const Path&, CommandLine) {
  const int number = ::sched_getcpu();
  const auto cpu = static_cast<std::size_t>(number);
  if (number < 0 || cpu >= kMostCpus) return {};
  const long bytes = call(SYS_sched_getaffinity, ::getpid(), sizeof cpus_, address(&cpus_));
  if (bytes <= 0) return {};
  Cpus one = {};
  one[cpu / 64] = std::uint64_t{1} << (cpu % 64);
  if (call(SYS_sched_setaffinity, 0, bytes, address(&one)) == 0) bytes_ = bytes;
  return {};
}

ESCHER_IN_CHILD ErrorCode OnLauncherCpu::on_exec_setup(CloneLauncher&, const Path&,
                                                       CommandLine) const {
  if (bytes_ > 0) call(SYS_sched_setaffinity, 0, bytes_, address(&cpus_));
  return {};
}

OnLauncherCpu::~OnLauncherCpu() {
  if (bytes_ > 0) call(SYS_sched_setaffinity, 0, bytes_, address(&cpus_));
}

bool get_mark_limit(rlimit* limit) { return ::getrlimit(RLIMIT_RTTIME, limit) == 0; }

ESCHER_IN_CHILD ErrorCode Priority::on_exec_setup(DefaultLauncher&, const Path&,
                                                  CommandLine) const {
  return result_of(call(SYS_setpriority, PRIO_PROCESS, 0, nice) == 0);
}

ESCHER_IN_CHILD ErrorCode FileModeMask::on_exec_setup(DefaultLauncher&, const Path&,
                                                      CommandLine) const {
  call(SYS_umask, mask);
  return {};
}

// The functions of libc would change the user of every thread of the host.
ESCHER_IN_CHILD ErrorCode NoSupplementaryGroups::on_exec_setup(DefaultLauncher&, const Path&,
                                                               CommandLine) const {
  call(SYS_setgroups, 0, 0);
  return {};
}

ESCHER_IN_CHILD ErrorCode GroupId::on_exec_setup(DefaultLauncher&, const Path&, CommandLine) const {
  return result_of(call(SYS_setgid, gid) == 0);
}

ESCHER_IN_CHILD ErrorCode UserId::on_exec_setup(DefaultLauncher&, const Path&, CommandLine) const {
  return result_of(call(SYS_setuid, uid) == 0);
}

}  // namespace escher::posix
