#include "process/linux/launch/clone.hpp"

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
#include <optional>

#include "process/posix/initializers.hpp"

#ifndef CLONE_PIDFD
#define CLONE_PIDFD 0x00001000
#endif
#ifndef SYS_clone3
#define SYS_clone3 435
#endif

namespace escher::posix {
namespace {

// Linux 5.7 can create the child inside its cgroup. Otherwise it must be moved, and a move waits
// until every CPU has been through the scheduler, unless another one was made just before.
struct KernelCloneArgs {  // the kernel's struct clone_args
  std::uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls;
  std::uint64_t set_tid, set_tid_size, cgroup;
};
constexpr std::uint64_t kIntoCgroup = 0x200000000ULL;
// Linux 5.5.
constexpr std::uint64_t kResetHandlers = 0x100000000ULL;  // CLONE_CLEAR_SIGHAND

struct ChildArgs {
  const ChildBody* body;  // null: the child exits at once
  ChildReport* report;
};

ESCHER_IN_CHILD int child_main(void* pointer) {
  const auto* args = static_cast<const ChildArgs*>(pointer);
  if (args->body == nullptr) call(SYS_exit_group, 0);
  args->body->run(args->body->context, args->report);
  // Not _exit(): it is noreturn, and sanitizers clean up their view of the stack before such calls.
  call(SYS_exit_group, 127);
  return 127;
}

// Exhaustion of processes, of memory, or of descriptors (for the pidfd): not caused by the cgroup.
bool is_exhaustion(int os_error) {
  return os_error == EAGAIN || os_error == ENOMEM || os_error == EMFILE || os_error == ENFILE;
}

LaunchOutcome failed_to_clone(int os_error, const ChildStart& start) {
  LaunchOutcome outcome;
  const bool by_cgroup = start.cgroup_fd >= 0 && !is_exhaustion(os_error);
  outcome.failed_step = by_cgroup ? "cgroup" : "clone";
  outcome.os_error = os_error;
  return outcome;
}

bool is_created_inside(const ChildStart& start) {
  return start.cgroup_fd >= 0 && start.entry != CgroupEntry::move;
}

// Blocks all signals in the child too: a signal handler of the host must not run there. clone3
// needs none of it, since the kernel resets the handlers.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;

 private:
  sigset_t before_;
};

#if defined(ESCHER_LAUNCH_WITH_FORK)

// `cgroup_fd` -1: in the cgroup of the host.
pid_t fork_by_clone3(int cgroup_fd) {
  KernelCloneArgs where = {};
  where.flags = kResetHandlers;
  where.exit_signal = SIGCHLD;
  if (cgroup_fd >= 0) {
    where.flags |= kIntoCgroup;
    where.cgroup = static_cast<std::uint64_t>(cgroup_fd);
  }
  return static_cast<pid_t>(::syscall(SYS_clone3, &where, sizeof where));
}

}  // namespace

pid_t clone_trial(int cgroup_directory) {
  const pid_t pid = fork_by_clone3(cgroup_directory);
  ChildArgs nothing{};
  if (pid == 0) child_main(&nothing);
  return pid;
}

// For ThreadSanitizer only, which cannot follow a child in the same memory: a real fork, the report
// in a shared page, and a pipe that execve closes.
LaunchOutcome clone_child(const ChildBody& body, ChildStart& start,
                          std::vector<int>& kept_descriptors) {
  LaunchOutcome outcome;
  void* page = ::mmap(nullptr, sizeof(ChildReport), PROT_READ | PROT_WRITE,
                      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  auto* report = new (page) ChildReport;
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) {
    outcome.failed_step = "pipe2";
    outcome.os_error = errno;
    return outcome;
  }
  UniqueFd read_end(ends[0]), write_end(ends[1]);
  kept_descriptors.push_back(write_end.get());
  ChildArgs args{&body, report};
  start.handlers_are_reset = true;
  start.moves = start.cgroup_fd >= 0 && !is_created_inside(start);
  std::optional<SignalsBlocked> blocked;
  pid_t pid = fork_by_clone3(is_created_inside(start) ? start.cgroup_fd : -1);
  if (pid < 0 && !is_created_inside(start) && !is_exhaustion(errno)) {
    start.handlers_are_reset = false;
    blocked.emplace();
    pid = static_cast<pid_t>(::syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0));
  }
  if (pid == 0) child_main(&args);
  blocked.reset();
  if (pid < 0) return failed_to_clone(errno, start);
  write_end.reset();
  char byte;
  while (::read(read_end.get(), &byte, 1) < 0 && errno == EINTR) {
  }
  outcome.pid = pid;
  outcome.failed_step = report->step;
  outcome.os_error = report->os_error;
  ::munmap(page, sizeof(ChildReport));
  return outcome;
}

#else

// The stack on which a child begins. One for each thread that launches, since CLONE_VFORK lets only
// one child at a time run on it.
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

// The C library has no clone3. A child that begins on a new stack cannot return from a function, so
// the code below calls child_main directly. `cgroup_fd` -1: in the cgroup of the host. -1, with
// errno set, if the system call fails.
pid_t clone_by_clone3(int cgroup_fd, const ChildStack& stack, ChildArgs* args, int* pidfd) {
  KernelCloneArgs where = {};
  where.flags = CLONE_VM | CLONE_VFORK | CLONE_PIDFD | kResetHandlers;
  where.pidfd = reinterpret_cast<std::uintptr_t>(pidfd);
  where.exit_signal = SIGCHLD;
  where.stack = reinterpret_cast<std::uintptr_t>(stack.base());
  where.stack_size = ChildStack::kSize;
  if (cgroup_fd >= 0) {
    where.flags |= kIntoCgroup;
    where.cgroup = static_cast<std::uint64_t>(cgroup_fd);
  }
  // With named registers: any other could be the frame pointer, which is 0 to end backtraces.
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

// For kernels and sandboxes without clone3.
pid_t clone_by_clone(const ChildStack& stack, ChildArgs* args, int* pidfd) {
  constexpr int kFlags = CLONE_VM | CLONE_VFORK | SIGCHLD;
  const SignalsBlocked blocked;
  const pid_t pid = ::clone(child_main, stack.top(), kFlags | CLONE_PIDFD, args, pidfd);
  if (pid >= 0 || errno != EINVAL) return pid;
  return ::clone(child_main, stack.top(), kFlags, args);  // Linux before 5.2
}

pid_t clone_on(const ChildStack& stack, ChildStart& start, ChildArgs* args, int* pidfd) {
  start.handlers_are_reset = true;
  if (is_created_inside(start)) {
    const pid_t pid = clone_by_clone3(start.cgroup_fd, stack, args, pidfd);
    const bool may_move = start.entry == CgroupEntry::create_or_move;
    if (pid >= 0 || !may_move || is_exhaustion(errno)) return pid;
  }
  start.moves = start.cgroup_fd >= 0;
  const pid_t pid = clone_by_clone3(-1, stack, args, pidfd);
  if (pid >= 0 || is_exhaustion(errno)) return pid;
  start.handlers_are_reset = false;
  return clone_by_clone(stack, args, pidfd);
}

}  // namespace

pid_t clone_trial(int cgroup_directory) {
  const ChildStack& stack = own_stack();
  ChildArgs nothing{};
  int pidfd = -1;
  const pid_t pid = stack.valid() ? clone_by_clone3(cgroup_directory, stack, &nothing, &pidfd) : -1;
  if (pidfd >= 0) ::close(pidfd);
  return pid;
}

LaunchOutcome clone_child(const ChildBody& body, ChildStart& start, std::vector<int>&) {
  LaunchOutcome outcome;
  const ChildStack& stack = own_stack();
  if (!stack.valid()) {
    outcome.failed_step = "mmap";
    outcome.os_error = ENOMEM;
    return outcome;
  }
  ChildReport report;
  ChildArgs args{&body, &report};
  int pidfd = -1;
  const pid_t pid = clone_on(stack, start, &args, &pidfd);
  if (pid < 0) return failed_to_clone(errno, start);
  outcome.pid = pid;
  outcome.pidfd.reset(pidfd);
  outcome.failed_step = report.step;
  outcome.os_error = report.os_error;
  return outcome;
}

#endif

}  // namespace escher::posix
