#if defined(__linux__)

#include "process/posix/clone_linux.hpp"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <new>

#include "process/posix/child_linux.hpp"

#ifndef CLONE_PIDFD
#define CLONE_PIDFD 0x00001000
#endif
#ifndef SYS_clone3
#define SYS_clone3 435
#endif

namespace escher::posix {
namespace {

// Linux 5.7 makes a process where it shall be. Behind that it would have to be moved, and a move
// waits until every CPU has been through the scheduler, unless one was made just before.
struct KernelCloneArgs {  // the kernel's struct clone_args
  std::uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls;
  std::uint64_t set_tid, set_tid_size, cgroup;
};
constexpr std::uint64_t kIntoGroup = 0x200000000ULL;

// Of what has nothing to do with the group: of processes, of memory, of a descriptor for the pidfd.
bool is_lack(int os_error) {
  return os_error == EAGAIN || os_error == ENOMEM || os_error == EMFILE || os_error == ENFILE;
}

SpawnOutcome failed_to_clone(int os_error, const SpawnPlan& plan) {
  SpawnOutcome outcome;
  const bool by_group = plan.control_group >= 0 && !is_lack(os_error);
  outcome.failed_step = by_group ? "cgroup" : "clone";
  outcome.os_error = os_error;
  return outcome;
}

bool is_made_in_group(const SpawnPlan& plan) {
  return plan.control_group >= 0 && plan.group_entry != SpawnPlan::GroupEntry::moved;
}

#if defined(ESCHER_LAUNCH_WITH_FORK)

pid_t fork_into_group(int group) {
  KernelCloneArgs where = {};
  where.flags = kIntoGroup;
  where.exit_signal = SIGCHLD;
  where.cgroup = static_cast<std::uint64_t>(group);
  return static_cast<pid_t>(::syscall(SYS_clone3, &where, sizeof where));
}

}  // namespace

pid_t clone_trial(int group) {
  const pid_t pid = fork_into_group(group);
  ChildArgs nothing{};
  if (pid == 0) child_main(&nothing);
  return pid;
}

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
  if (is_made_in_group(plan)) {
    pid = fork_into_group(plan.control_group);
  } else {
    args.moves_into_group = plan.control_group >= 0;
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

ChildStack& own_stack() {
  thread_local ChildStack stack;
  return stack;
}

}  // namespace

pid_t clone_trial(int group) {
  const ChildStack& stack = own_stack();
  ChildArgs nothing{};
  int pidfd = -1;
  const pid_t pid = stack.valid() ? clone_into_group(group, stack, &nothing, &pidfd) : -1;
  if (pidfd >= 0) ::close(pidfd);
  return pid;
}

SpawnOutcome clone_child(const SpawnPlan& plan) {
  SpawnOutcome outcome;
  const ChildStack& stack = own_stack();
  if (!stack.valid()) {
    outcome.failed_step = "mmap";
    outcome.os_error = ENOMEM;
    return outcome;
  }
  Report report;
  ChildArgs args{&plan, &report, ::getpid()};
  int pidfd = -1;
  pid_t pid = -1;
  if (is_made_in_group(plan)) {
    pid = clone_into_group(plan.control_group, stack, &args, &pidfd);
    const bool may_move = plan.group_entry == SpawnPlan::GroupEntry::made_or_moved;
    if (pid < 0 && (!may_move || is_lack(errno))) return failed_to_clone(errno, plan);
  }
  args.moves_into_group = plan.control_group >= 0 && pid < 0;
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

}  // namespace escher::posix

#endif
