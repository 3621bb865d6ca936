// One execution with its strand in the hands of the test: what happens at exactly one moment.
#include "execution.hpp"

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
  // What the spawn thread does, in two steps.
  bool claim() { return execution->claim_launch(); }
  void launch_now() {
    auto launched = launch(strand, command, execution->launch_options());
    ASSERT_TRUE(launched);
    execution->launched(std::move(*launched), permit());
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

TEST_F(ExecutionTest, ALaunchThatFailedIsTold) {
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

TEST_F(ExecutionTest, CancelledBeforeTheLaunchItCannotBeLaunchedAnyMore) {
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

TEST_F(ExecutionTest, CancelledWhileItIsLaunchedItEndsAsSoonAsItHasAProcess) {
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

TEST_F(ExecutionTest, CancelledWhileItIsLaunchedAndTheLaunchFailsItIsCancelled) {
  make({"sleep"});
  ASSERT_TRUE(claim());
  EXPECT_TRUE(cancel());
  execution->launch_failed(errors::spawn_failed(EAGAIN, "clone", {}), permit());
  EXPECT_EQ(wait_result().status, Status::cancelled);
}

TEST_F(ExecutionTest, KilledWhileItIsLaunchedItHasNoGrace) {
  make({"ignore-term"});
  ASSERT_TRUE(claim());
  execution->kill_now();
  run_ready();
  launch_now();
  EXPECT_EQ(wait_result().exit.signal, SIGKILL);
}

TEST_F(ExecutionTest, CancelledWhileItRuns) {
  make({"sleep"});
  launch_and_wait_output("ready");
  EXPECT_TRUE(cancel());
  EXPECT_EQ(wait_result().status, Status::cancelled);
}

TEST_F(ExecutionTest, IsAskedToEndThoughNobodyCouldLookAtItsTree) {
  make({"exit-on-term", "7"});
  launch_and_wait_output("ready");
  std::promise<void> other_work;
  boost::asio::post(host.worker(), [end = other_work.get_future().share()] { end.wait(); });
  EXPECT_TRUE(cancel());
  // The grace period has no end here.
  run_until("its exit", [&] { return state_of(seen().started->pid) == 'Z'; });
  other_work.set_value();
  const auto& result = wait_result();
  EXPECT_EQ(result.exit.code, 7);
  EXPECT_EQ(result.termination->signals, std::vector<int>{SIGTERM});
}

// The process is gone and its result is certain: a cancel only ends the wait for its pipes.
TEST_F(ExecutionTest, CancelledWhileItDrainsItKeepsItsResult) {
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

TEST_F(ExecutionTest, AShutdownShortensTheGracePeriodThatRuns) {
  make({"ignore-term"});
  launch_and_wait_output("ready");
  cancel();
  run_ready();
  EXPECT_EQ(host.finished, 0);
  execution->shut_down(Millis(1));
  EXPECT_EQ(wait_result().exit.signal, SIGKILL);
  EXPECT_EQ(wait_result().status, Status::cancelled);
}

TEST_F(ExecutionTest, ItsPlaceIsFreeBeforeItsEndIsToldAndTheNextOneStartsBehind) {
  make({"exit", "0"});
  ASSERT_TRUE(claim());
  auto launched = launch(strand, command, execution->launch_options());
  int finished_when_returned = -1;
  int finished_when_next_starts = -1;
  execution->launched(std::move(*launched), Permit([&] {
                        finished_when_returned = host.finished;
                        return [&] { finished_when_next_starts = host.finished; };
                      }));
  wait_result();
  look_until("the next start", [&] {
    run_ready();
    return finished_when_next_starts >= 0;
  });
  EXPECT_EQ(finished_when_returned, 0);
  EXPECT_EQ(finished_when_next_starts, 1);
}

// It ended between the moment it was looked up and its turn.
TEST_F(ExecutionTest, ReplayedAfterItsEndItHasAllItsLines) {
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

TEST_F(ExecutionTest, RefusedItHasNeitherBeginningNorEnd) {
  make({"echo"});
  execution->refused();
  std::optional<Result<bool>> cancelled;
  execution->cancel([&](Result<bool> answer) { cancelled = std::move(answer); });
  run_ready();
  ASSERT_TRUE(cancelled);
  EXPECT_EQ(cancelled->error().code, ErrorCode::execution_not_found);
  EXPECT_EQ(seen().order, "");
  EXPECT_EQ(host.finished, 0);
}

TEST_F(ExecutionTest, NothingHoldsItOnceItHasEnded) {
  make({"sleep"});
  request.idle_timeout = Millis(3'600'000);
  execution = host.make_execution(strand, request);
  launch_and_wait_output("ready");
  cancel();
  wait_result();
  const std::weak_ptr<Execution> weak = execution;
  execution.reset();
  // The look at its tree lets go of it on another thread.
  look_until("the last owner's end", [&] {
    run_ready();
    return weak.expired();
  });
}

TEST(PermitTest, GoesBackExactlyOnceWhereverItIsDropped) {
  int returned = 0;
  const auto give_back = [&] {
    ++returned;
    return nullptr;
  };
  {
    Permit permit(give_back);
    Permit moved(std::move(permit));
    Permit assigned;
    assigned = std::move(moved);
    EXPECT_EQ(returned, 0);
  }
  EXPECT_EQ(returned, 1);
  Permit first(give_back);
  first = Permit();
  EXPECT_EQ(returned, 2);
}

}  // namespace
}  // namespace escher::test
