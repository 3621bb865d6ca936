// One execution on a strand that the test runs itself, so events happen at exact moments.
#include "execution/execution.hpp"

#include <sys/wait.h>

#include <csignal>
#include <future>

#include "support/fake_host.hpp"
#include "support/process_facts.hpp"
#include "support/process_rig.hpp"

namespace escher::test {
namespace {

class ExecutionTest : public ProcessRig {
 protected:
  ExecutionTest() {
    host.config_.force_kill_after = kForever;
    host.config_.drain_grace = kForever;
  }

  void make(std::vector<std::string> arguments) {
    request = puppet(arguments);
    command = puppet_command(std::move(arguments));
    execution = host.make_execution(strand, request);
  }
  // The two steps of a launch on the spawn thread.
  bool claim() { return execution->launch_claim().claim(); }
  void launch_now() {
    auto launched = launch(strand, command, execution->launch_options());
    ASSERT_TRUE(launched);
    execution->launched(std::move(*launched), permit(), std::chrono::milliseconds(7));
  }
  void launch_and_wait_output(const std::string& text) {
    ASSERT_TRUE(claim());
    launch_now();
    run_until("the output", [&] { return seen().text().find(text) != std::string::npos; });
  }
  Permit permit() {
    return Permit([this] {
      ++permits_returned;
      return nullptr;
    });
  }
  bool cancel() {
    std::optional<bool> in_time;
    execution->cancel([&](Result<bool> answer) { in_time = *answer; });
    run_until("the answer", [&] { return in_time.has_value(); });
    return *in_time;
  }
  bool kill(int signal) {
    std::optional<bool> received;
    execution->kill(signal, [&](Result<bool> answer) { received = *answer; });
    run_until("the answer", [&] { return received.has_value(); });
    return *received;
  }
  const ExecutionResult& wait_result() {
    run_until("the end", [&] { return host.finished == 1; });
    return *host.result;
  }
  const Seen& seen() { return host.sink_.seen(request.token); }

  FakeHost host;
  ExecutionRequest request;
  ResolvedCommand command;
  std::shared_ptr<Execution> execution;
  int permits_returned = 0;
};

TEST_F(ExecutionTest, RunsFromTheLaunchToTheResult) {
  make({"print", "hello\n"});
  ASSERT_TRUE(claim());
  launch_now();
  const auto& result = wait_result();
  EXPECT_EQ(seen().order, "SOF");
  EXPECT_EQ(result.status, Status::completed);
  EXPECT_EQ(host.running, 1);
  EXPECT_EQ(host.output->bytes[0].view(), "hello\n");
  EXPECT_EQ(permits_returned, 1);
}

TEST_F(ExecutionTest, FailedLaunchIsReported) {
  make({"exit", "0"});
  ASSERT_TRUE(claim());
  execution->launch_failed(errors::spawn_failed(EAGAIN, "clone", {}), permit());
  const auto& result = wait_result();
  EXPECT_EQ(seen().order, "F");
  EXPECT_EQ(result.status, Status::failed);
  EXPECT_EQ(result.error->os_error, EAGAIN);
  EXPECT_EQ(permits_returned, 1);
  EXPECT_EQ(host.running, 0);
}

TEST_F(ExecutionTest, CancelBeforeTheLaunchPreventsIt) {
  make({"exit", "0"});
  int withdrawn = 0;
  host.withdrawn = [&](Execution&) { ++withdrawn; };
  EXPECT_TRUE(cancel());
  EXPECT_FALSE(claim());
  EXPECT_EQ(withdrawn, 1);
  EXPECT_EQ(wait_result().status, Status::cancelled);
  EXPECT_EQ(wait_result().pid, 0);
  EXPECT_FALSE(cancel());
}

TEST_F(ExecutionTest, CancelDuringTheLaunchEndsTheNewProcess) {
  make({"sleep"});
  ASSERT_TRUE(claim());
  EXPECT_TRUE(cancel());
  EXPECT_EQ(host.finished, 0);
  launch_now();
  const auto& result = wait_result();
  EXPECT_EQ(seen().order.front(), 'S');
  EXPECT_EQ(result.status, Status::cancelled);
  EXPECT_EQ(result.exit.signal, SIGTERM);
}

TEST_F(ExecutionTest, CancelDuringAFailingLaunchIsTheCause) {
  make({"sleep"});
  ASSERT_TRUE(claim());
  EXPECT_TRUE(cancel());
  execution->launch_failed(errors::spawn_failed(EAGAIN, "clone", {}), permit());
  EXPECT_EQ(wait_result().status, Status::cancelled);
}

TEST_F(ExecutionTest, KillDuringTheLaunchHasNoGracePeriod) {
  make({"ignore-term"});
  ASSERT_TRUE(claim());
  execution->kill_now();
  run_ready();
  launch_now();
  EXPECT_EQ(wait_result().exit.signal, SIGKILL);
}

TEST_F(ExecutionTest, SignalBeforeTheLaunchEndsItWithoutAProcess) {
  make({"exit", "0"});
  int withdrawn = 0;
  host.withdrawn = [&](Execution&) { ++withdrawn; };
  EXPECT_TRUE(kill(SIGWINCH));
  EXPECT_EQ(host.finished, 0);
  EXPECT_TRUE(kill(SIGUSR1));
  EXPECT_FALSE(claim());
  EXPECT_EQ(withdrawn, 1);
  const auto& result = wait_result();
  EXPECT_EQ(result.status, Status::failed);
  EXPECT_EQ(result.exit.signal, SIGUSR1);
  EXPECT_EQ(result.error->code, ErrorCode::command_failed);
  EXPECT_EQ(result.pid, 0);
  EXPECT_EQ(seen().order, "F");
  EXPECT_FALSE(kill(SIGKILL));
}

TEST_F(ExecutionTest, SignalDuringTheLaunchIsSentAtTheStart) {
  make({"sleep"});
  ASSERT_TRUE(claim());
  EXPECT_TRUE(kill(SIGUSR2));
  EXPECT_EQ(host.finished, 0);
  launch_now();
  const auto& result = wait_result();
  EXPECT_EQ(result.status, Status::failed);
  EXPECT_EQ(result.exit.signal, SIGUSR2);
  EXPECT_NE(result.pid, 0);
}

TEST_F(ExecutionTest, SignalThatTerminatesNothingIsKeptForTheStart) {
  make({"sleep"});
  EXPECT_TRUE(kill(SIGSTOP));
  EXPECT_FALSE(kill(0));
  ASSERT_TRUE(claim());
  launch_now();
  run_until("the stop", [&] { return seen().started && state_of(seen().started->pid) == 'T'; });
  EXPECT_TRUE(kill(SIGKILL));
  EXPECT_EQ(wait_result().exit.signal, SIGKILL);
}

TEST_F(ExecutionTest, SignalDuringALaunchThatFailsIsNotTheCause) {
  make({"sleep"});
  ASSERT_TRUE(claim());
  EXPECT_TRUE(kill(SIGTERM));
  execution->launch_failed(errors::spawn_failed(EAGAIN, "clone", {}), permit());
  EXPECT_EQ(wait_result().error->os_error, EAGAIN);
}

TEST_F(ExecutionTest, CancelEndsARunningProcess) {
  make({"sleep"});
  launch_and_wait_output("ready");
  EXPECT_TRUE(cancel());
  EXPECT_EQ(wait_result().status, Status::cancelled);
}

TEST_F(ExecutionTest, CancelSignalsTheGroupWithoutAScanOfTheTree) {
  make({"exit-on-term", "7"});
  launch_and_wait_output("ready");
  std::promise<void> other_work;
  boost::asio::post(host.worker(), [end = other_work.get_future().share()] { end.wait(); });
  EXPECT_TRUE(cancel());
  // The grace period is infinite.
  run_until("its exit", [&] { return state_of(seen().started->pid) == 'Z'; });
  other_work.set_value();
  const auto& result = wait_result();
  EXPECT_EQ(result.exit.code, 7);
  EXPECT_EQ(result.termination->signals, std::vector<int>{SIGTERM});
}

// The process has exited and its result is certain. A cancel only ends the drain.
TEST_F(ExecutionTest, CancelDuringTheDrainKeepsTheResult) {
  make({"hold-pipe", "10"});
  ASSERT_TRUE(claim());
  launch_now();
  run_until("the pid of the grandchild",
            [&] { return !seen().text(Stream::err).empty() && seen().started.has_value(); });
  const ProcessWatch grandchild(std::stoi(seen().text(Stream::err)));
  ProcessWatch(seen().started->pid).wait_gone();
  run_ready();
  EXPECT_EQ(host.finished, 0);
  EXPECT_FALSE(cancel());
  const auto& result = wait_result();
  EXPECT_EQ(result.status, Status::completed);
  EXPECT_TRUE(result.output_incomplete);
  EXPECT_EQ(host.output->bytes[0].size(), 10U);
  grandchild.wait_gone();
}

TEST_F(ExecutionTest, ShutdownShortensARunningGracePeriod) {
  make({"ignore-term"});
  launch_and_wait_output("ready");
  cancel();
  run_ready();
  EXPECT_EQ(host.finished, 0);
  execution->shut_down(Millis(1));
  EXPECT_EQ(wait_result().exit.signal, SIGKILL);
  EXPECT_EQ(wait_result().status, Status::cancelled);
}

TEST_F(ExecutionTest, PermitReturnsBeforeFinishedAndTheNextStartsAfterIt) {
  make({"exit", "0"});
  ASSERT_TRUE(claim());
  auto launched = launch(strand, command, execution->launch_options());
  int finished_when_returned = -1;
  int finished_when_next_starts = -1;
  execution->launched(std::move(*launched), Permit([&] {
                        finished_when_returned = host.finished;
                        return [&] { finished_when_next_starts = host.finished; };
                      }),
                      {});
  wait_result();
  look_until("the next start", [&] {
    run_ready();
    return finished_when_next_starts >= 0;
  });
  EXPECT_EQ(finished_when_returned, 0);
  EXPECT_EQ(finished_when_next_starts, 1);
}

// The execution can end between its lookup and the replay on its strand.
TEST_F(ExecutionTest, ReplayAfterTheEndHasAllLines) {
  make({"print", "one\ntwo\n"});
  ASSERT_TRUE(claim());
  launch_now();
  wait_result();
  std::vector<OutputBatch> batches;
  execution->replay([&](Result<std::vector<OutputBatch>> answer) { batches = *answer; });
  run_ready();
  ASSERT_EQ(batches.size(), 1U);
  EXPECT_EQ(batches[0].text, "one\ntwo");
}

TEST_F(ExecutionTest, RejectedExecutionEmitsNoEvents) {
  make({"echo"});
  execution->refused();
  std::optional<Result<bool>> cancelled;
  execution->cancel([&](Result<bool> answer) { cancelled = std::move(answer); });
  run_ready();
  ASSERT_TRUE(cancelled);
  EXPECT_EQ(cancelled->error().code, ErrorCode::execution_not_found);
  std::optional<Result<bool>> killed;
  execution->kill(SIGTERM, [&](Result<bool> answer) { killed = std::move(answer); });
  run_ready();
  ASSERT_TRUE(killed);
  EXPECT_EQ(killed->error().code, ErrorCode::execution_not_found);
  EXPECT_EQ(seen().order, "");
  EXPECT_EQ(host.finished, 0);
}

TEST_F(ExecutionTest, ExitStatusThatOtherCodeHasReadIsUnknown) {
  make({"sleep"});
  ASSERT_TRUE(claim());
  launch_now();
  run_until("the start", [&] { return seen().started.has_value(); });
  const int pid = seen().started->pid;
  ::kill(pid, SIGTERM);
  ASSERT_EQ(::waitpid(pid, nullptr, 0), pid);
  const auto& result = wait_result();
  EXPECT_EQ(result.status, Status::failed);
  EXPECT_FALSE(result.exit.code || result.exit.signal);
  EXPECT_NE(result.error->message.find("unknown exit status"), std::string::npos);
}

TEST_F(ExecutionTest, IsDestroyedAfterItsEnd) {
  make({"sleep"});
  request.idle_timeout = Millis(3'600'000);
  execution = host.make_execution(strand, request);
  launch_and_wait_output("ready");
  cancel();
  wait_result();
  const std::weak_ptr<Execution> weak = execution;
  execution.reset();
  // The scan of its tree releases it on another thread.
  look_until("the end of the last owner", [&] {
    run_ready();
    return weak.expired();
  });
}

}  // namespace
}  // namespace escher::test
