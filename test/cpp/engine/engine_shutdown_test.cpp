// The end of an engine: shutdown, abort, and the death of the host.
#include <csignal>

#include "support/engine_test.hpp"
#include "support/helper_process.hpp"

namespace escher::test {
namespace {

using EngineShutdown = EngineTest;

TEST_F(EngineShutdown, CompletesAtOnceWithoutExecutions) {
  start();
  EXPECT_TRUE(shut_down(Millis(0)));
}

TEST_F(EngineShutdown, EndsRunningAndQueuedExecutions) {
  config.max_concurrent_executions = 1;
  config.max_queued_executions = 5;
  start();
  const auto running = submit(puppet({"exit-on-term", "9"}));
  const auto waiting = submit(puppet({"sleep"}));
  wait_output(running, "ready");
  EXPECT_TRUE(shut_down(kForever));
  // All events come before the answer.
  ASSERT_TRUE(seen(running).result && seen(waiting).result);
  EXPECT_EQ(seen(running).result->status, Status::cancelled);
  EXPECT_EQ(seen(running).result->exit.code, 9);
  EXPECT_EQ(seen(waiting).order, "F");
  EXPECT_EQ(engine->running_count() + engine->queued_count(), 0U);
}

TEST_F(EngineShutdown, KillsATreeThatIgnoresTheSignal) {
  start();
  const auto job = submit(puppet({"stubborn-tree"}));
  const ProcessWatch grandchild(wait_pid(job));
  EXPECT_TRUE(shut_down(Millis(50)));
  EXPECT_EQ(seen(job).result->status, Status::cancelled);
  EXPECT_EQ(seen(job).result->exit.signal, SIGKILL);
  grandchild.wait_gone();
}

TEST_F(EngineShutdown, ShortensARunningGracePeriod) {
  start();
  const auto job = submit(puppet({"ignore-term"}));
  wait_output(job, "ready");
  cancel(job);
  EXPECT_TRUE(shut_down(Millis(20)));
  EXPECT_EQ(seen(job).result->exit.signal, SIGKILL);
}

TEST_F(EngineShutdown, EndsDescendantsOfFinishedExecutions) {
  start();
  const auto job = submit(shell("setsid sh -c 'echo $$; exec sleep 1000 >&- 2>&-' & :"));
  const ProcessWatch left(wait_pid(job));
  EXPECT_EQ(wait_finished(job)->status, Status::completed);
  EXPECT_TRUE(left.lives());
  EXPECT_TRUE(shut_down(kForever));
  EXPECT_FALSE(left.lives());
}

TEST_F(EngineShutdown, KillsLeftoverDescendantsThatIgnoreTheSignal) {
  start();
  const auto job = submit(shell(
      "setsid sh -c 'trap \"\" TERM; echo $$; exec >&- 2>&-; while :; do sleep 9; done' & :"));
  const ProcessWatch left(wait_pid(job));
  wait_finished(job);
  EXPECT_TRUE(shut_down(Millis(50)));
  EXPECT_FALSE(left.lives());
}

TEST_F(EngineShutdown, RejectsRequestsAndAnswersQueries) {
  start();
  const auto job = submit(puppet({"exit", "0"}));
  wait_finished(job);
  shut_down(Millis(0));
  EXPECT_EQ(try_submit(puppet({"exit", "0"})).error().code, ErrorCode::engine_closed);
  EXPECT_EQ(engine->status(job.id), Status::completed);
  EXPECT_EQ(engine->list({}).size(), 1U);
  EXPECT_TRUE(engine->record(job.id));
}

TEST_F(EngineShutdown, EndsExecutionsThatWereJustSubmitted) {
  start();
  constexpr int kCount = 30;
  int answers = 0, admitted = 0;
  for (int i = 0; i < kCount; ++i) {
    engine->execute(puppet({"sleep"}), [&](Result<void> answer) {
      sink.change([&] {
        ++answers;
        if (answer) ++admitted;
      });
    });
  }
  EXPECT_TRUE(shut_down(Millis(1000)));
  EXPECT_EQ(answers, kCount);
  EXPECT_EQ(sink.finished_count(), static_cast<std::size_t>(admitted));
}

TEST_F(EngineShutdown, IsNotDelayedByAHeldPipe) {
  start();  // with an infinite drain period
  const auto job = submit(puppet({"hold-pipe", "10"}));
  const ProcessWatch leader(wait_started(job).pid);
  const ProcessWatch grandchild(wait_pid(job, Stream::err));
  leader.wait_gone();
  EXPECT_TRUE(shut_down(kForever));
  grandchild.wait_gone();
}

TEST_F(EngineShutdown, AbortKillsWithoutAGracePeriod) {
  start();
  const auto job = submit(puppet({"stubborn-tree"}));
  const ProcessWatch grandchild(wait_pid(job));
  engine->abort(kHangGuard);
  grandchild.wait_gone();
  EXPECT_EQ(seen(job).result->exit.signal, SIGKILL);
  EXPECT_EQ(own_children(), std::vector<pid_t>{});
}

TEST_F(EngineShutdown, AbortOverridesAShutdown) {
  start();
  const auto job = submit(puppet({"ignore-term"}));
  wait_output(job, "ready");
  bool answered = false;
  engine->shut_down(
      kForever, [&](const Result<std::vector<int>>&) { sink.change([&] { answered = true; }); });
  engine->abort(kHangGuard);
  wait_until("the answer of the shutdown", [&] { return answered; });
  EXPECT_EQ(seen(job).result->exit.signal, SIGKILL);
}

TEST_F(EngineShutdown, AbortEndsExecutionsInEveryPhase) {
  config.max_concurrent_executions = 8;
  config.max_queued_executions = kUnlimited;
  for (int round = 0; round < 10; ++round) {
    start();
    for (int i = 0; i < 20; ++i) {
      engine->execute(i % 2 == 0 ? puppet({"flood"}) : puppet({"exit", "0"}), [](Result<void>) {});
    }
    end();
  }
}

TEST_F(EngineShutdown, JoinIsIdempotent) {
  start();
  run(puppet({"exit", "0"}));
  shut_down(Millis(0));
  engine->join();
  engine->join();
}

// The owner must call shut_down() or abort() first. Even without that, no child may survive.
TEST_F(EngineShutdown, DestructionWithoutAbortLeavesNoChild) {
  HelperProcess host([this](const HelperProcess::Channel& channel) {
    start();
    const auto job = submit(puppet({"ignore-term"}));
    wait_output(job, "ready");
    channel.send(std::to_string(wait_started(job).pid));
    engine.reset();
    channel.send("destroyed");
    return 0;
  });
  const ProcessWatch child(std::stoi(host.read_line()));
  EXPECT_EQ(host.read_line(), "destroyed");
  child.wait_gone();
  EXPECT_EQ(host.wait(), 0);
}

TEST_F(EngineShutdown, ChildrenDieWithAKilledHost) {
  HelperProcess host([this](const HelperProcess::Channel& channel) -> int {
    start();
    for (int i = 0; i < 5; ++i) {
      const auto job = submit(puppet({"ignore-term"}));
      channel.send(std::to_string(wait_started(job).pid));
    }
    for (;;) wait_until("nothing", [] { return false; });
  });
  std::vector<ProcessWatch> children;
  for (int i = 0; i < 5; ++i) children.emplace_back(std::stoi(host.read_line()));
  host.kill();
  for (const auto& child : children) child.wait_gone();
}

// The watchdog kills every kind of descendant.
TEST_F(EngineShutdown, DescendantsDieWithAKilledHost) {
  const std::vector<std::string> commands{
      "setsid sh -c 'echo $$; exec sleep 1000' & wait",
      "(setsid sh -c 'echo $$; exec sleep 1000 >&- 2>&-' &); exec sleep 1000",
      "(env -i sh -c 'echo $$; exec sleep 1000' &); exec sleep 1000",
      // A descendant of a finished execution.
      "setsid sh -c 'echo $$; exec sleep 1000 >&- 2>&-' & :",
  };
  HelperProcess host([&](const HelperProcess::Channel& channel) -> int {
    start();
    for (const auto& command : commands) {
      channel.send(std::to_string(wait_pid(submit(shell(command)))));
    }
    for (;;) wait_until("nothing", [] { return false; });
  });
  std::vector<ProcessWatch> descendants;
  for (std::size_t i = 0; i < commands.size(); ++i) {
    descendants.emplace_back(std::stoi(host.read_line()));
  }
  host.kill();
  for (const auto& descendant : descendants) descendant.wait_gone();
}

}  // namespace
}  // namespace escher::test
