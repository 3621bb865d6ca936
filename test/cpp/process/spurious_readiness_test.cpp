// A pidfd may be readable though its process cannot be reaped yet: a debugger has it. The wait must
// neither block the io thread nor take that for the exit.
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <csignal>

#include "support/helper_process.hpp"
#include "support/process_rig.hpp"

namespace escher::test {
namespace {

using SpuriousReadiness = ProcessRig;

// Holds a process until it is told to end.
struct Tracer {
  explicit Tracer(pid_t target)
      : helper([target](const HelperProcess::Channel& channel) -> int {
          const bool seized = ::ptrace(PTRACE_SEIZE, target, nullptr, nullptr) == 0;
          channel.tell(seized ? "seized" : "refused");
          for (;;) ::pause();
        }) {}
  HelperProcess helper;
};

TEST_F(SpuriousReadiness, OfATracedProcessIsNotItsExit) {
  auto command = launch_puppet({"traceable"});
  auto& process = command.process;
  read_line(command.out, std::make_shared<Collector>());
  Tracer tracer(process.pid());
  const bool traced = tracer.helper.read_line() == "seized";

  bool exited = false;
  process.async_wait_exit([&] { exited = true; });
  const UniqueFd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, process.pid(), 0)));
  process.signal_tree(SIGKILL);
  wait_readable(pidfd.get(), "the readiness of the pidfd");
  if (!traced) {
    run_until("the exit", [&] { return exited; });
    process.reap();
    GTEST_SKIP() << "this system does not let a process be traced";
  }
  // The real parent cannot see the exit while the tracer has not. It is ready again and again, so
  // the steps are counted.
  for (int i = 0; i < 100; ++i) {
    io.restart();
    io.poll_one();
  }
  EXPECT_FALSE(exited);
  EXPECT_EQ(state_of(process.pid()), 'Z');

  tracer.helper.kill();
  run_until("the exit", [&] { return exited; });
  EXPECT_EQ(process.reap().status.signal, SIGKILL);
}

TEST_F(SpuriousReadiness, AStopUnderATracerIsNotTheExit) {
  auto command = launch_puppet({"traceable"});
  auto& process = command.process;
  read_line(command.out, std::make_shared<Collector>());
  bool exited = false;
  process.async_wait_exit([&] { exited = true; });
  {
    Tracer tracer(process.pid());
    tracer.helper.read_line();
    process.signal_tree(SIGSTOP);
    look_until("the stop", [&] {
      const char state = state_of(process.pid());
      return state == 'T' || state == 't';
    });
    run_ready();
    EXPECT_FALSE(exited);
  }
  process.signal_tree(SIGCONT);
  run_ready();
  EXPECT_FALSE(exited);
  process.signal_tree(SIGTERM);
  run_until("the exit", [&] { return exited; });
  EXPECT_EQ(process.reap().status.signal, SIGTERM);
}

}  // namespace
}  // namespace escher::test
