#if defined(__linux__)

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <cstddef>
#include <cstdint>

#include "process/posix/spawn.hpp"

#ifndef CLONE_PIDFD
#define CLONE_PIDFD 0x00001000
#endif
#ifndef SYS_clone3
#define SYS_clone3 435
#endif
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif
#ifndef SYS_close_range
#define SYS_close_range 436
#endif
#ifndef CLOSE_RANGE_CLOEXEC
#define CLOSE_RANGE_CLOEXEC (1U << 2)
#endif

// The child of CLONE_VM runs in the memory of the host. Sanitizers must not instrument it: their
// bookkeeping of stacks and threads would take it for the parent.
#define ESCHER_IN_CHILD __attribute__((no_sanitize("address", "undefined", "thread"), noinline))

namespace escher::posix {
namespace {

// What the child tells through the shared memory. `step` stays null when execve worked.
struct Report {
  const char* step = nullptr;
  int os_error = 0;
};

struct ChildArgs {
  const SpawnPlan* plan;
  Report* report;
  pid_t host;
  bool moves_into_group = false;
};

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

// For kernels before 5.9: what /proc lists above 2 is closed.
ESCHER_IN_CHILD void close_listed_descriptors() {
  struct Entry {
    std::uint64_t inode;
    std::int64_t offset;
    unsigned short length;
    unsigned char type;
    char name[1];
  };
  const long dir = call(SYS_openat, AT_FDCWD, address("/proc/self/fd"), O_RDONLY | O_DIRECTORY);
  if (dir < 0) return;
  alignas(Entry) char buffer[2048];
  for (;;) {
    const long size = call(SYS_getdents64, dir, address(buffer), sizeof buffer);
    if (size <= 0) break;
    for (long at = 0; at < size;) {
      const auto* entry = reinterpret_cast<const Entry*>(buffer + at);
      const int fd = parse_number(entry->name);
      if (fd > 2 && fd != dir) call(SYS_close, fd);
      at += entry->length;
    }
  }
  call(SYS_close, dir);
}

#if defined(ESCHER_LAUNCH_WITH_FORK)
// The pipe that tells of execve has to last until then.
constexpr unsigned kCloseHow = CLOSE_RANGE_CLOEXEC;
#else
constexpr unsigned kCloseHow = 0;
#endif

ESCHER_IN_CHILD void close_other_descriptors() {
  if (call(SYS_close_range, 3, ~0U, kCloseHow) != 0) close_listed_descriptors();
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
  if (plan.open_files && !limit_open_files(*plan.open_files)) return "setrlimit";
  for (std::size_t i = 0; i < plan.limit_count; ++i) {
    if (!set_limit(plan.limits[i])) return "setrlimit";
  }
  if (plan.nice && call(SYS_setpriority, PRIO_PROCESS, 0, *plan.nice) != 0) return "setpriority";
  if (plan.umask) call(SYS_umask, *plan.umask);
  close_other_descriptors();
  unblock_signals();
  call(SYS_execve, address(plan.executable), address(plan.argv), address(plan.envp));
  return "execve";
}

ESCHER_IN_CHILD int child_main(void* pointer) {
  const auto* args = static_cast<const ChildArgs*>(pointer);
  const char* step = become(*args->plan, args->host, args->moves_into_group);
  args->report->os_error = errno;
  args->report->step = step;
  // Not _exit(): it is noreturn, and sanitizers clean up their view of the stack before such calls.
  call(SYS_exit_group, 127);
  return 127;
}

// All signals are held back while the two processes share their memory: a handler of the host must
// not run in the child.
class SignalsHeld {
 public:
  SignalsHeld() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~SignalsHeld() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsHeld(const SignalsHeld&) = delete;
  SignalsHeld& operator=(const SignalsHeld&) = delete;

 private:
  sigset_t before_;
};

// Linux 5.7 makes a process where it shall be. Behind that it would have to be moved, and a move
// waits until every CPU has been through the scheduler, unless one was made just before.
struct KernelCloneArgs {  // the kernel's struct clone_args
  std::uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls;
  std::uint64_t set_tid, set_tid_size, cgroup;
};
constexpr std::uint64_t kIntoGroup = 0x200000000ULL;

// Of those that have nothing to do with the group.
bool is_lack_of_processes(int os_error) { return os_error == EAGAIN || os_error == ENOMEM; }

SpawnOutcome failed_to_clone(int os_error, const SpawnPlan& plan) {
  SpawnOutcome outcome;
  const bool by_group = plan.control_group >= 0 && !is_lack_of_processes(os_error);
  outcome.failed_step = by_group ? "cgroup" : "clone";
  outcome.os_error = os_error;
  return outcome;
}

#if defined(ESCHER_LAUNCH_WITH_FORK)

// For ThreadSanitizer only, which cannot follow a child in the same memory: a real fork, the report
// in shared pages, and a pipe that execve closes.
SpawnOutcome clone_child(const SpawnPlan& plan) {
  SpawnOutcome outcome;
  void* page =
      ::mmap(nullptr, sizeof(Report), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  auto* report = new (page) Report;
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) {
    outcome.failed_step = "pipe2";
    outcome.os_error = errno;
    return outcome;
  }
  UniqueFd read_end(ends[0]), write_end(ends[1]);
  ChildArgs args{&plan, report, ::getpid()};
  pid_t pid = -1;
  if (plan.control_group >= 0) {
    KernelCloneArgs where = {};
    where.flags = kIntoGroup;
    where.exit_signal = SIGCHLD;
    where.cgroup = static_cast<std::uint64_t>(plan.control_group);
    pid = static_cast<pid_t>(::syscall(SYS_clone3, &where, sizeof where));
  } else {
    pid = static_cast<pid_t>(::syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0));
  }
  if (pid == 0) child_main(&args);
  if (pid < 0) return failed_to_clone(errno, plan);
  write_end.reset();
  char byte;
  while (::read(read_end.get(), &byte, 1) < 0 && errno == EINTR) {
  }
  outcome.pid = pid;
  outcome.failed_step = report->step;
  outcome.os_error = report->os_error;
  ::munmap(page, sizeof(Report));
  return outcome;
}

#else

// The stack on which children begin. One per thread that launches: CLONE_VFORK lets only one child
// at a time run on it.
class ChildStack {
 public:
  static constexpr std::size_t kSize = 64 * 1024;
  ChildStack()
      : base_(::mmap(nullptr, kSize, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0)) {}
  ~ChildStack() {
    if (valid()) ::munmap(base_, kSize);
  }
  ChildStack(const ChildStack&) = delete;
  ChildStack& operator=(const ChildStack&) = delete;

  bool valid() const { return base_ != MAP_FAILED; }
  void* base() const { return base_; }
  void* top() const { return static_cast<char*>(base_) + kSize; }

 private:
  void* base_;
};

// The C library has no clone3: a child that begins on a stack of its own cannot return from a
// function, so it is led straight into its own one. -1 and errno where that cannot be.
pid_t clone_into_group(int group, const ChildStack& stack, ChildArgs* args, int* pidfd) {
  KernelCloneArgs where = {};
  where.flags = CLONE_VM | CLONE_VFORK | CLONE_PIDFD | kIntoGroup;
  where.pidfd = reinterpret_cast<std::uintptr_t>(pidfd);
  where.exit_signal = SIGCHLD;
  where.stack = reinterpret_cast<std::uintptr_t>(stack.base());
  where.stack_size = ChildStack::kSize;
  where.cgroup = static_cast<std::uint64_t>(group);
  // Named registers: any other might be the frame pointer, at which backtraces shall end.
#if defined(__x86_64__)
  long result = SYS_clone3;
  asm volatile(
      "syscall\n\t"
      "testq %%rax, %%rax\n\t"
      "jnz 1f\n\t"
      "xorl %%ebp, %%ebp\n\t"
      "movq %[args], %%rdi\n\t"
      "callq *%[main]\n\t"
      "ud2\n"
      "1:"
      : "+a"(result)
      : "D"(&where), "S"(sizeof where), [main] "d"(&child_main), [args] "b"(args)
      : "rcx", "r11", "memory", "cc");
#elif defined(__aarch64__)
  register long result asm("x0") = reinterpret_cast<long>(&where);
  register long size asm("x1") = sizeof where;
  register long number asm("x8") = SYS_clone3;
  register auto* main_function asm("x9") = &child_main;
  register ChildArgs* arguments asm("x10") = args;
  asm volatile(
      "svc #0\n\t"
      "cbnz x0, 1f\n\t"
      "mov x29, xzr\n\t"
      "mov x0, %[args]\n\t"
      "blr %[main]\n\t"
      "brk #1\n"
      "1:"
      : "+r"(result)
      : "r"(size), "r"(number), [main] "r"(main_function), [args] "r"(arguments)
      : "memory", "cc", "x30");
#else
  long result = -ENOSYS;
#endif
  if (result >= 0) return static_cast<pid_t>(result);
  errno = static_cast<int>(-result);
  return -1;
}

SpawnOutcome clone_child(const SpawnPlan& plan) {
  SpawnOutcome outcome;
  thread_local ChildStack stack;
  if (!stack.valid()) {
    outcome.failed_step = "mmap";
    outcome.os_error = ENOMEM;
    return outcome;
  }
  Report report;
  ChildArgs args{&plan, &report, ::getpid()};
  int pidfd = -1;
  pid_t pid = -1;
  if (plan.control_group >= 0) {
    pid = clone_into_group(plan.control_group, stack, &args, &pidfd);
    if (pid < 0 && (!plan.may_move_into_group || is_lack_of_processes(errno))) {
      return failed_to_clone(errno, plan);
    }
    args.moves_into_group = pid < 0;
  }
  constexpr int kFlags = CLONE_VM | CLONE_VFORK | SIGCHLD;
  if (pid < 0) pid = ::clone(child_main, stack.top(), kFlags | CLONE_PIDFD, &args, &pidfd);
  if (pid < 0 && errno == EINVAL) {  // a kernel before 5.2
    pid = ::clone(child_main, stack.top(), kFlags, &args);
  }
  if (pid < 0) return failed_to_clone(errno, plan);
  outcome.pid = pid;
  outcome.pidfd.reset(pidfd);
  outcome.failed_step = report.step;
  outcome.os_error = report.os_error;
  return outcome;
}

#endif

}  // namespace

SpawnOutcome spawn(const SpawnPlan& plan) {
  SpawnOutcome outcome;
  {
    const SignalsHeld held;
    outcome = clone_child(plan);
  }
  if (outcome.pid < 0) return outcome;
  if (!outcome.ok()) {
    while (::waitpid(outcome.pid, nullptr, 0) < 0 && errno == EINTR) {
    }
    outcome.pidfd.reset();
    outcome.pid = -1;
    return outcome;
  }
  if (!outcome.pidfd) {
    // Sets CLOEXEC by itself. No descriptor before 5.3: the wait falls back to a thread.
    outcome.pidfd.reset(static_cast<int>(::syscall(SYS_pidfd_open, outcome.pid, 0)));
  }
  return outcome;
}

}  // namespace escher::posix

#endif
