// A pidfd can be readable before its process can be reaped, if a debugger traces the process. The
// wait must neither block the io thread nor report an exit.
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <csignal>

#include "support/helper_process.hpp"
#include "support/process_rig.hpp"

namespace escher::test {
namespace {

using SpuriousReadiness = ProcessRig;

// Traces a process until the destructor.
struct Tracer {
  explicit Tracer(pid_t target)
      : helper([target](const HelperProcess::Channel& channel) -> int {
          const bool seized = ::ptrace(PTRACE_SEIZE, target, nullptr, nullptr) == 0;
          channel.send(seized ? "seized" : "refused");
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
  process.signal_group(SIGKILL);
  wait_readable(pidfd.get(), "the readiness of the pidfd");
  if (!traced) {
    run_until("the exit", [&] { return exited; });
    process.reap();
    GTEST_SKIP() << "this system does not let a process be traced";
  }
  // The parent does not see the exit before the tracer does. The pidfd stays readable, so the test
  // runs a fixed number of handlers.
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

TEST_F(SpuriousReadiness, StopUnderATracerIsNotTheExit) {
  auto command = launch_puppet({"traceable"});
  auto& process = command.process;
  read_line(command.out, std::make_shared<Collector>());
  bool exited = false;
  process.async_wait_exit([&] { exited = true; });
  {
    Tracer tracer(process.pid());
    tracer.helper.read_line();
    process.signal_group(SIGSTOP);
    look_until("the stop", [&] {
      const char state = state_of(process.pid());
      return state == 'T' || state == 't';
    });
    run_ready();
    EXPECT_FALSE(exited);
  }
  process.signal_group(SIGCONT);
  run_ready();
  EXPECT_FALSE(exited);
  process.signal_group(SIGTERM);
  run_until("the exit", [&] { return exited; });
  EXPECT_EQ(process.reap().status.signal, SIGTERM);
}

}  // namespace
}  // namespace escher::test
