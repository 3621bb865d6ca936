#if defined(__linux__)

#include "process/posix/child_linux.hpp"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>

#ifndef SYS_close_range
#define SYS_close_range 436
#endif
#ifndef CLOSE_RANGE_CLOEXEC
#define CLOSE_RANGE_CLOEXEC (1U << 2)
#endif

namespace escher::posix {
namespace {

// System calls go by syscall(): libc's wrappers of some of them take locks, signal the host's other
// threads or are intercepted by sanitizers.
ESCHER_IN_CHILD long call(long number, long a = 0, long b = 0, long c = 0, long d = 0) {
  return ::syscall(number, a, b, c, d);
}

ESCHER_IN_CHILD long address(const void* pointer) { return reinterpret_cast<long>(pointer); }

// execve keeps what is ignored and what is blocked. Node ignores SIGPIPE and SIGXFSZ, and the spawn
// thread blocks everything: without this `yes | head` would not end.
ESCHER_IN_CHILD void reset_signal_actions() {
  struct {  // the kernel's struct sigaction, all zero = SIG_DFL
    void* handler;
    unsigned long flags;
    void* restorer;
    std::uint64_t mask;
  } action = {};
  for (int signal = 1; signal <= 64; ++signal) {
    if (signal == SIGKILL || signal == SIGSTOP) continue;
    call(SYS_rt_sigaction, signal, address(&action), 0, sizeof action.mask);
  }
}

ESCHER_IN_CHILD void unblock_signals() {
  const std::uint64_t none = 0;
  call(SYS_rt_sigprocmask, SIG_SETMASK, address(&none), 0, sizeof none);
}

// The host dies, the child dies, even if the host is killed by SIGKILL. The host may have died
// between the launch and this call.
ESCHER_IN_CHILD bool bind_to_host(pid_t host) {
  if (call(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL) != 0) return false;
  if (call(SYS_getppid) != host) call(SYS_exit_group, 127);
  return true;
}

ESCHER_IN_CHILD int parse_number(const char* text) {
  int value = 0;
  if (*text < '0' || *text > '9') return -1;
  for (; *text >= '0' && *text <= '9'; ++text) value = value * 10 + (*text - '0');
  return value;
}

#if defined(ESCHER_LAUNCH_WITH_FORK)
// The pipe that tells of execve has to last until then.
constexpr unsigned kCloseHow = CLOSE_RANGE_CLOEXEC;
ESCHER_IN_CHILD void let_go(int fd) { call(SYS_fcntl, fd, F_SETFD, FD_CLOEXEC); }
#else
constexpr unsigned kCloseHow = 0;
ESCHER_IN_CHILD void let_go(int fd) { call(SYS_close, fd); }
#endif

// For kernels before 5.9: what /proc lists above 2 is closed.
ESCHER_IN_CHILD void close_listed_descriptors(const SpawnPlan& plan) {
  struct Entry {
    std::uint64_t inode;
    std::int64_t offset;
    unsigned short length;
    unsigned char type;
    char name[1];
  };
  // The host may have no descriptor left, and thus the child neither. This one has done its part.
  call(SYS_close, plan.stdio[1]);
  const long dir = call(SYS_openat, AT_FDCWD, address("/proc/self/fd"), O_RDONLY | O_DIRECTORY);
  if (dir < 0) return;
  alignas(Entry) char buffer[2048];
  for (;;) {
    const long size = call(SYS_getdents64, dir, address(buffer), sizeof buffer);
    if (size <= 0) break;
    for (long at = 0; at < size;) {
      const auto* entry = reinterpret_cast<const Entry*>(buffer + at);
      const int fd = parse_number(entry->name);
      if (fd > 2 && fd != dir) let_go(fd);
      at += entry->length;
    }
  }
  call(SYS_close, dir);
}

ESCHER_IN_CHILD void close_other_descriptors(const SpawnPlan& plan) {
  if (call(SYS_close_range, 3, ~0U, kCloseHow) != 0) close_listed_descriptors(plan);
}

struct KernelLimit {  // the kernel's struct rlimit64
  std::uint64_t soft, hard;
};

ESCHER_IN_CHILD bool limit_open_files(rlim_t soft) {
  KernelLimit limit = {};
  if (call(SYS_prlimit64, 0, RLIMIT_NOFILE, 0, address(&limit)) != 0) return false;
  if (soft > limit.hard) return true;
  limit.soft = soft;
  return call(SYS_prlimit64, 0, RLIMIT_NOFILE, address(&limit), 0) == 0;
}

ESCHER_IN_CHILD bool set_limit(const SpawnPlan::Limit& wanted) {
  KernelLimit limit = {};
  if (call(SYS_prlimit64, 0, wanted.resource, 0, address(&limit)) != 0) return false;
  if (wanted.hard < limit.hard) limit.hard = wanted.hard;
  limit.soft = wanted.soft < limit.hard ? wanted.soft : limit.hard;
  return call(SYS_prlimit64, 0, wanted.resource, address(&limit), 0) == 0;
}

ESCHER_IN_CHILD bool move_into_group(int group) {
  const long file = call(SYS_openat, group, address("cgroup.procs"), O_WRONLY);
  return file >= 0 && call(SYS_write, file, address("0"), 1) == 1;
}

// From here to execve, in the order in which the steps need each other. Returns the failed one.
ESCHER_IN_CHILD const char* become(const SpawnPlan& plan, pid_t host, bool moves_into_group) {
  reset_signal_actions();
  if (call(SYS_setsid) < 0) return "setsid";
  if (!bind_to_host(host)) return "prctl";
  if (moves_into_group && !move_into_group(plan.control_group)) return "cgroup";
  if (plan.working_dir != nullptr && call(SYS_chdir, address(plan.working_dir)) != 0) {
    return "chdir";
  }
  for (int target = 0; target < 3; ++target) {
    // The sources lie above 2, so none is overwritten before its turn, and dup3 clears CLOEXEC.
    if (call(SYS_dup3, plan.stdio[target], target, 0) < 0) return "dup3";
  }
  // Ahead of the limits: it may need a descriptor of its own.
  close_other_descriptors(plan);
  if (plan.open_files && !limit_open_files(*plan.open_files)) return "setrlimit";
  for (std::size_t i = 0; i < plan.limit_count; ++i) {
    if (!set_limit(plan.limits[i])) return "setrlimit";
  }
  if (plan.nice && call(SYS_setpriority, PRIO_PROCESS, 0, *plan.nice) != 0) return "setpriority";
  if (plan.umask) call(SYS_umask, *plan.umask);
  unblock_signals();
  call(SYS_execve, address(plan.executable), address(plan.argv), address(plan.envp));
  return "execve";
}

}  // namespace

int child_main(void* pointer) {
  const auto* args = static_cast<const ChildArgs*>(pointer);
  if (args->plan == nullptr) call(SYS_exit_group, 0);
  const char* step = become(*args->plan, args->host, args->moves_into_group);
  args->report->os_error = errno;
  args->report->step = step;
  // Not _exit(): it is noreturn, and sanitizers clean up their view of the stack before such calls.
  call(SYS_exit_group, 127);
  return 127;
}

}  // namespace escher::posix

#endif
