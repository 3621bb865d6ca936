#include "floor/bare_child.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <system_error>

namespace escher::bench {
namespace {

struct Pipe {
  Pipe() {
    int ends[2];
    checked(::pipe2(ends, O_CLOEXEC), "pipe2");
    read.reset(ends[0]);
    write.reset(ends[1]);
  }
  UniqueFd read, write;
};

struct ChildArgs {
  char* const* argv;
  int in, out, err;
};

// Runs in the memory of the host (clone), or in a copy of it (fork).
int child_main(void* pointer) {
  const auto& args = *static_cast<const ChildArgs*>(pointer);
  ::dup2(args.in, STDIN_FILENO);
  ::dup2(args.out, STDOUT_FILENO);
  if (args.err >= 0) ::dup2(args.err, STDERR_FILENO);
  ::execvp(args.argv[0], args.argv);
  ::_exit(127);
}

class ChildStack {
 public:
  static constexpr std::size_t kSize = std::size_t{64} << 10;
  ChildStack()
      : base_(::mmap(nullptr, kSize, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0)) {
    if (base_ == MAP_FAILED) throw std::system_error(errno, std::system_category(), "mmap");
  }
  ~ChildStack() { ::munmap(base_, kSize); }
  ChildStack(const ChildStack&) = delete;
  ChildStack& operator=(const ChildStack&) = delete;

  void* top() const { return static_cast<char*>(base_) + kSize; }

 private:
  void* base_;
};

void launch_by_clone(ChildArgs& args, BareChild& child) {
  thread_local const ChildStack stack;
  int pidfd = -1;
  child.pid = static_cast<pid_t>(
      checked(::clone(child_main, stack.top(), CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD,
                      &args, &pidfd),
              "clone"));
  child.pidfd.reset(pidfd);
}

void launch_by_fork(ChildArgs& args, BareChild& child) {
  child.pid = static_cast<pid_t>(checked(::fork(), "fork"));
  if (child.pid == 0) child_main(&args);
  child.pidfd.reset(
      static_cast<int>(checked(::syscall(SYS_pidfd_open, child.pid, 0), "pidfd_open")));
}

int null_device() {
  static const UniqueFd device(
      static_cast<int>(checked(::open("/dev/null", O_RDONLY | O_CLOEXEC), "open")));
  return device.get();
}

}  // namespace

long checked(long result, const char* call) {
  if (result < 0) throw std::system_error(errno, std::system_category(), call);
  return result;
}

BareChild launch_bare(LaunchCall call, const BareCommand& command) {
  BareChild child;
  Pipe out;
  ChildArgs args{command.argv, null_device(), out.write.get(), -1};
  UniqueFd err_write;
  if (command.capture_err) {
    Pipe err;
    args.err = err.write.get();
    err_write = std::move(err.write);
    child.err = std::move(err.read);
  }
  child.out = std::move(out.read);
  if (call == LaunchCall::clone) {
    launch_by_clone(args, child);
  } else {
    launch_by_fork(args, child);
  }
  return child;
}

void reap(const BareChild& child) {
  int status = 0;
  checked(::wait4(child.pid, &status, 0, nullptr), "wait4");
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return;
  throw std::runtime_error("a child ended with wait status " + std::to_string(status));
}

}  // namespace escher::bench
